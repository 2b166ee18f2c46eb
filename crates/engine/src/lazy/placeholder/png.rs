//! A minimal PNG encoder: it does not compress, for images of a few kilobytes.
use super::thumbhash::Image;
use alloc::vec::Vec;

/// Colour types of the IHDR chunk.
const RGB: u8 = 2;
const RGBA: u8 = 6;

/// `image` as a PNG file, with an alpha channel only if it has one.
pub(super) fn encode(image: &Image) -> Vec<u8> {
    let (width, height) = (image.width as u32, image.height as u32);
    let depth = if image.has_alpha { 4 } else { 3 };

    let mut rows = Vec::new();
    for row in image.rgba.chunks(image.width * 4) {
        // Each row begins with its filter type: 0, none.
        rows.push(0);
        for pixel in row.chunks(4) {
            rows.extend_from_slice(&pixel[..depth]);
        }
    }

    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, if image.has_alpha { RGBA } else { RGB }, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &head);

    // A zlib stream of one stored block. 32 × 32 pixels are far below its limit of 64 KiB.
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

/// Without a table, which would be larger than all the other code.
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
