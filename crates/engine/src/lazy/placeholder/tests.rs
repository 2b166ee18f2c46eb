//! Placeholders, compared with the decoder of the format's author.
use super::*;
use proptest::prelude::*;
use std::string::String;
use std::vec::Vec;

/// A gradient of `width` × `height` px; with `alpha`, it becomes transparent to the right.
fn gradient(width: usize, height: usize, alpha: bool) -> Vec<u8> {
    (0..width * height)
        .flat_map(|i| {
            let (x, y) = ((i % width * 255 / width) as u8, (i / width * 255 / height) as u8);
            [x, y, 255 - x, if alpha { 255 - x } else { 255 }]
        })
        .collect()
}

fn check(hash: &[u8]) -> Result<(), TestCaseError> {
    let ours = decode(hash);
    if hash.len() > 3 && hash[3] & 7 == 0 {
        prop_assert!(ours.is_err());
        return Ok(());
    }
    let Ok((width, height, rgba)) = ::thumbhash::thumb_hash_to_rgba(hash) else {
        prop_assert_eq!(ours, Err(ThumbHashError::TooShort));
        return Ok(());
    };
    let ours = ours.expect("the author's decoder accepts it");
    prop_assert_eq!((ours.width, ours.height), (width, height));
    for (ours, theirs) in ours.rgba.iter().zip(&rgba) {
        prop_assert!(ours.abs_diff(*theirs) <= 1, "{} instead of {}", ours, theirs);
    }
    Ok(())
}

#[test]
fn images_of_every_shape_are_decoded_like_by_the_author() {
    for (width, height) in [(100, 100), (100, 50), (50, 100), (100, 15), (15, 100), (64, 48), (2, 2)] {
        for alpha in [false, true] {
            let hash = ::thumbhash::rgba_to_thumb_hash(width, height, &gradient(width, height, alpha));
            check(&hash).unwrap();
            assert_eq!(decode(&hash).unwrap().has_alpha, alpha);
            for length in 0..hash.len() {
                assert_eq!(decode(&hash[..length]), Err(ThumbHashError::TooShort), "{length}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_like_by_the_author(hash in prop::collection::vec(any::<u8>(), 0..30)) {
        check(&hash)?;
    }

    #[test]
    fn base64_and_base64url_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut text = Vec::new();
        base64::encode(&bytes, &mut text);
        prop_assert_eq!(text.len() % 4, 0);
        prop_assert_eq!(base64::decode(&text), Some(bytes.clone()));
        let for_urls: Vec<u8> = text.iter().filter(|digit| **digit != b'=').map(|digit| match digit {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        }).collect();
        prop_assert_eq!(base64::decode(&for_urls), Some(bytes));
    }
}

#[test]
fn a_data_url_holds_a_complete_png() {
    let hash = ::thumbhash::rgba_to_thumb_hash(2, 1, &gradient(2, 1, false));
    let mut text = Vec::new();
    base64::encode(&hash, &mut text);
    let url = String::from_utf8(data_url(&text).unwrap()).unwrap();
    let encoded = url.strip_prefix("data:image/png;base64,").unwrap();
    let file = base64::decode(encoded.as_bytes()).unwrap();
    assert_eq!(&file[..16], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_eq!((file[19], file[23], file[25]), (32, 18, 2));
    // The last chunk is the same in every PNG.
    assert_eq!(&file[file.len() - 12..], b"\0\0\0\0IEND\xae\x42\x60\x82");
}

#[test]
fn invalid_thumbhashes_are_rejected() {
    assert_eq!(data_url(b"not base64!"), Err(ThumbHashError::NotBase64));
    assert_eq!(data_url(b"AAAA"), Err(ThumbHashError::TooShort));
    assert_eq!(data_url(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), Err(ThumbHashError::Empty));
    assert!(std::format!("{}", ThumbHashError::NotBase64).contains("base64"));
}
