//! Rust as one line of text, as rustfmt would space it.
use quote::ToTokens;

/// The item's source, without needless spaces.
pub fn words(item: &impl ToTokens) -> String {
    let mut text = item.to_token_stream().to_string().replace('\n', " ");
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" :", ":"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("[ ", "["),
        (" ]", "]"),
        (" ;", ";"),
        ("& ", "&"),
        (" !", "!"),
        (" ?", "?"),
        (",)", ")"),
        (",>", ">"),
    ] {
        text = text.replace(from, to);
    }
    // An arrow is no closing bracket, and a list may follow a word.
    let text = text.replace("->", " -> ").replace("=>", " => ").replace("  ", " ").replace("  ", " ");
    [",", "+", "->", "="]
        .iter()
        .fold(text, |text, sign| text.replace(&format!("{sign}("), &format!("{sign} (")))
        .replace("pub (", "pub(")
        .trim()
        .to_owned()
}
