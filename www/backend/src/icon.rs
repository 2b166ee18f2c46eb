//! Draws a package's icon: a mirrored pattern in two tones, computed from its name, as a PNG.
use std::io;

/// Columns and rows of cells. The middle column is the axis of symmetry.
const CELLS: usize = 5;
const CELL_PIXELS: usize = 16;
const MARGIN_PIXELS: usize = 8;
/// Width and height of an icon, pixels.
pub const PIXELS: usize = CELLS * CELL_PIXELS + 2 * MARGIN_PIXELS;

/// The icon of `name`, the same on every machine.
pub fn png(ecosystem: &str, name: &str) -> io::Result<Vec<u8>> {
    let seed = fnv1a(ecosystem.bytes().chain([b'/']).chain(name.bytes()));
    let pattern = pattern(seed);
    let mut pixels = vec![0u8; PIXELS * PIXELS];
    for (y, row) in pixels.chunks_exact_mut(PIXELS).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            if let (Some(column), Some(line)) = (cell(x), cell(y)) {
                *pixel = pattern[line][column];
            }
        }
    }

    let hue = (seed >> 40) % 360;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, PIXELS as u32, PIXELS as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(
        [rgb(hue, 0.45, 0.94), rgb(hue, 0.55, 0.50), rgb((hue + 40) % 360, 0.60, 0.62)].concat(),
    );
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(file)
}

/// The cell that contains a pixel's coordinate; `None` in the margin.
fn cell(at: usize) -> Option<usize> {
    let cell = at.checked_sub(MARGIN_PIXELS)? / CELL_PIXELS;
    (cell < CELLS).then_some(cell)
}

/// The palette index of each cell, from two bits of the seed. Half of the cells are empty on average.
fn pattern(seed: u64) -> [[u8; CELLS]; CELLS] {
    let mut pattern = [[0; CELLS]; CELLS];
    let mut bits = seed;
    for row in &mut pattern {
        for column in 0..=CELLS / 2 {
            let tone = [0, 0, 1, 2][(bits & 3) as usize];
            row[column] = tone;
            row[CELLS - 1 - column] = tone;
            bits >>= 2;
        }
    }
    if pattern.as_flattened().iter().all(|&tone| tone == 0) {
        pattern[CELLS / 2][CELLS / 2] = 1;
    }
    pattern
}

/// FNV-1a, whose bits are then mixed: otherwise names that differ in the last letter would have similar icons.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// Converts hue (degrees), saturation and lightness (0 to 1) to RGB.
fn rgb(hue: u64, saturation: f64, lightness: f64) -> [u8; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|offset| {
        let k = (offset + hue as f64 / 30.0) % 12.0;
        let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(file: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut decoder = png::Decoder::new(io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    #[test]
    fn an_icon_is_a_png_that_is_its_own_mirror_image() {
        let (width, height, pixels) = decode(&png("cargo", "serde").unwrap());
        assert_eq!((width, height), (96, 96));
        for row in pixels.chunks_exact(PIXELS * 3) {
            let row: Vec<&[u8]> = row.chunks_exact(3).collect();
            let mirrored: Vec<&[u8]> = row.iter().rev().copied().collect();
            assert_eq!(row, mirrored);
        }
    }

    #[test]
    fn names_have_icons_of_their_own() {
        let icons: std::collections::HashSet<Vec<u8>> =
            (0..200).map(|n| png("npm", &format!("package-{n}")).unwrap()).collect();
        assert_eq!(icons.len(), 200);
        assert_ne!(png("npm", "a").unwrap(), png("cargo", "a").unwrap());
        assert_eq!(png("npm", "a").unwrap(), png("npm", "a").unwrap());
    }

    #[test]
    fn colours_come_out_right() {
        assert_eq!(
            [rgb(0, 1.0, 0.5), rgb(120, 1.0, 0.5), rgb(240, 1.0, 0.5)],
            [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
        );
        assert_eq!(rgb(77, 0.0, 1.0), [255, 255, 255]);
    }
}
