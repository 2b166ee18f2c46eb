//! Edits of a text that mostly leave it valid JSON: such as servers make, and absurd ones.
use crate::reference::{Kind, Tree, read};
use std::ops::Range;

/// Replacements of values.
const WORDS: [&[u8]; 12] = [
    b"0",
    b"-0",
    b"1e5",
    b"null",
    b"true",
    b"\"\"",
    b"\"a\\\"b\"",
    b"[]",
    b"{}",
    b"[{}]",
    b"{\"a\":[]}",
    b"\"0123456789abcdef\"",
];
const SPACES: [&[u8]; 4] = [b" ", b"\n", b"\t\r\n", b"                "];

/// A value in the text. `whole` includes its name if it is in an object.
struct Place {
    value: Range<usize>,
    whole: Range<usize>,
    /// Whether it is the only one of its array or object.
    alone: bool,
    first: bool,
}

/// `text` after the edits of `script`. Each edit has three bytes: its kind, and two values that it affects. An empty text stays
/// empty.
pub fn edited(text: &[u8], script: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    for edit in script.chunks_exact(3).take(12) {
        if text.is_empty() {
            break;
        }
        let mut places = Vec::new();
        gather(&read(&text).1, &mut places);
        let one = |byte: u8| &places[(usize::from(byte) * places.len()) >> 8];
        let (a, b) = (one(edit[1]), one(edit[2]));
        let with =
            |range: Range<usize>, bytes: &[u8]| [&text[..range.start], bytes, &text[range.end..]].concat();
        let next = match edit[0] % 8 {
            // Replaces a value by a fixed one, or by one from elsewhere.
            0 => with(a.value.clone(), WORDS[usize::from(edit[2]) % WORDS.len()]),
            1 => with(a.value.clone(), &text[b.value.clone()]),
            // Inserts a copy of itself, or of another, before it.
            2 => with(a.whole.start..a.whole.start, &[&text[a.whole.clone()], b","].concat()),
            3 => with(a.whole.start..a.whole.start, &[&text[b.whole.clone()], b","].concat()),
            // Removes it.
            4 if a.alone => with(a.whole.clone(), b""),
            4 if a.first => with(a.whole.start..next_start(&places, a), b""),
            4 => with(previous_end(&places, a)..a.whole.end, b""),
            // Swaps two.
            5 if a.whole.end <= b.whole.start => [
                &text[..a.whole.start],
                &text[b.whole.clone()],
                &text[a.whole.end..b.whole.start],
                &text[a.whole.clone()],
                &text[b.whole.end..],
            ]
            .concat(),
            // Inserts white space.
            6 => with(a.value.start..a.value.start, SPACES[usize::from(edit[2]) % SPACES.len()]),
            // Replaces its last byte.
            7 => with(a.value.end - 1..a.value.end, &[edit[2]]),
            _ => continue,
        };
        let keeps = crate::reference::is_json(&next);
        text = next;
        if !keeps || text.len() > 4_000 {
            break;
        }
    }
    text
}

fn gather(tree: &Tree, places: &mut Vec<Place>) {
    if places.is_empty() {
        places.push(Place { value: tree.range.clone(), whole: tree.range.clone(), alone: true, first: true });
    }
    match &tree.kind {
        Kind::Scalar => {}
        Kind::Array(elements) => {
            for (i, element) in elements.iter().enumerate() {
                let range = element.range.clone();
                places.push(Place {
                    value: range.clone(),
                    whole: range,
                    alone: elements.len() == 1,
                    first: i == 0,
                });
                gather(element, places);
            }
        }
        Kind::Object(members) => {
            for (i, (_, begins, member)) in members.iter().enumerate() {
                let whole = *begins..member.range.end;
                places.push(Place {
                    value: member.range.clone(),
                    whole,
                    alone: members.len() == 1,
                    first: i == 0,
                });
                gather(member, places);
            }
        }
    }
}

/// Where the next sibling of `first` begins: at the next place that is not within it.
fn next_start(places: &[Place], first: &Place) -> usize {
    let after = places.iter().filter(|place| place.whole.start >= first.whole.end);
    after.map(|place| place.whole.start).min().unwrap_or(first.whole.end)
}

/// Where the sibling before `last` ends: at the end of the last place before it.
fn previous_end(places: &[Place], last: &Place) -> usize {
    let before = places.iter().filter(|place| place.whole.end <= last.whole.start);
    before.map(|place| place.whole.end).max().unwrap_or(last.whole.start)
}
