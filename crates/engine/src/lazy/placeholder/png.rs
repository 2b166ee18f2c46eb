//! The least PNG that is one: not compressed, for pictures of a few kilobytes.
use super::thumbhash::Picture;
use alloc::vec::Vec;

/// Colour types of the header.
const RGB: u8 = 2;
const RGBA: u8 = 6;

/// `picture` as a PNG file. Transparency is left out where there is none.
pub(super) fn encode(picture: &Picture) -> Vec<u8> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let depth = if picture.has_alpha { 4 } else { 3 };

    let mut rows = Vec::new();
    for row in picture.rgba.chunks(picture.width * 4) {
        // Each row begins with its filter: none.
        rows.push(0);
        for pixel in row.chunks(4) {
            rows.extend_from_slice(&pixel[..depth]);
        }
    }

    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, if picture.has_alpha { RGBA } else { RGB }, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &head);

    // A zlib stream of one stored block: 32 × 32 pixels are far from its 64 KiB.
    let mut data = b"\x78\x01\x01".to_vec();
    let length = rows.len() as u16;
    data.extend_from_slice(&length.to_le_bytes());
    data.extend_from_slice(&(!length).to_le_bytes());
    data.extend_from_slice(&rows);
    data.extend_from_slice(&adler32(&rows).to_be_bytes());
    chunk(&mut file, b"IDAT", &data);
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let from = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let sum = crc32(&file[from..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

/// Bit by bit: a table would be larger than all the rest.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = !0u32;
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..8 {
            sum = sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !sum
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1u32, 0u32);
    for &byte in bytes {
        low = (low + u32::from(byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}
