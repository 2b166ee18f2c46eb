//! Invisible characters: a name that consists of them looks empty.

/// Whether `text` has no visible character.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character.is_whitespace() || is_zero_width(character))
}

/// Whether `text` can look like another text: it has a zero-width space, a direction mark or the like. Joiners are allowed
/// behind non-ASCII characters: some scripts and emoji need them.
pub(super) fn is_deceptive(text: &str) -> bool {
    let mut before = '\0';
    text.chars().any(|character| {
        let previous = core::mem::replace(&mut before, character);
        match character {
            '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => true,
            '\u{200c}'..='\u{200d}' => previous.is_ascii(),
            _ => false,
        }
    })
}

/// Unicode's Default_Ignorable_Code_Point, the blank Braille pattern and annotation marks.
fn is_zero_width(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::{is_blank, is_deceptive, is_zero_width};

    #[test]
    fn invisible_characters_are_blank() {
        for blank in [
            "",
            " ",
            "\t",
            "\u{a0}",
            "\u{3000}",
            "\u{200b}",
            "\u{feff} \u{200d}",
            "\u{2800}",
            "\u{202e}",
            "\u{e0041}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for visible in ["a", " a ", "\u{200b}a", "\u{645}\u{200c}\u{6cc}", "0", "."] {
            assert!(!is_blank(visible), "{visible:?}");
        }
        assert!(!('!'..='~').any(is_zero_width));
    }

    #[test]
    fn a_name_that_looks_like_another_is_deceptive() {
        for name in ["sh\u{200b}op", "sh\u{200d}op", "\u{feff}shop", "shop\u{202e}", "sho\u{ad}p"] {
            assert!(is_deceptive(name), "{name:?}");
        }
        for name in [
            "shop",
            "\u{6a9}\u{200c}\u{627}",
            "\u{1f468}\u{200d}\u{1f469}",
            "\u{1f6cd}\u{fe0f}",
            "Caf\u{e9} 2",
        ] {
            assert!(!is_deceptive(name), "{name:?}");
        }
    }
}
