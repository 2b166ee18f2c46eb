//! Characters that take no room: a name of them looks like none.

/// Whether there is nothing to see in `text`.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character.is_whitespace() || is_zero_width(character))
}

/// Whether `text` looks like another: it has a character of no use but to part or to turn others. Joiners are of use
/// between letters of some scripts, and in emoji.
pub(super) fn is_deceptive(text: &str) -> bool {
    let mut before = '\0';
    text.chars().any(|character| {
        let joined = core::mem::replace(&mut before, character);
        match character {
            '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => true,
            '\u{200c}'..='\u{200d}' => joined.is_ascii(),
            _ => false,
        }
    })
}

/// Default_Ignorable_Code_Point of Unicode, and what is drawn as nothing: the blank of Braille, marks of annotations.
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
    fn blanks_of_all_kinds_are_nothing_to_see() {
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
        for seen in ["a", " a ", "\u{200b}a", "\u{645}\u{200c}\u{6cc}", "0", "."] {
            assert!(!is_blank(seen), "{seen:?}");
        }
        assert!(!('!'..='~').any(is_zero_width));
    }

    #[test]
    fn what_looks_like_another_is_told() {
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
