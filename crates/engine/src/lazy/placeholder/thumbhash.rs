//! Decodes ThumbHash: <https://evanw.github.io/thumbhash/>.
//!
//! The image's luminance, its two chrominance channels and alpha are each a sum of a few cosine waves (a DCT). Each
//! coefficient has four bits; the header says how many there are, and their scale.
use super::error::ThumbHashError;
use alloc::vec::Vec;
use core::f32::consts::PI;

/// The longer side of a decoded image, in px.
const SIDE: usize = 32;
/// The most coefficients in one direction.
const MAX_SIDE: usize = 7;
/// The most coefficients of one channel: a triangle of the 7 × 7 of luminance, without the first, which is in the
/// header.
const MAX_COEFFICIENTS: usize = 27;
/// Quantisation reduces saturation; this compensates for it.
const SATURATION: f32 = 1.25;

/// A decoded image. Colours are not premultiplied with alpha.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// In px.
    pub width: usize,
    /// In px.
    pub height: usize,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
    /// Red, green, blue and alpha of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// One channel: its mean, and the coefficients of its waves.
struct Channel {
    mean: f32,
    columns: usize,
    rows: usize,
    coefficients: [f32; MAX_COEFFICIENTS],
}

/// Decodes the image, 32 px on its longer side.
pub fn decode(hash: &[u8]) -> Result<Image, ThumbHashError> {
    let &[a, b, c, d, e, ref rest @ ..] = hash else { return Err(ThumbHashError::TooShort) };
    let header = u32::from(a) | u32::from(b) << 8 | u32::from(c) << 16;
    let scales = u32::from(d) | u32::from(e) << 8;
    let bits = |from: u32, at: u32, mask: u32| (from >> at & mask) as f32;
    let has_alpha = header >> 23 == 1;
    let is_landscape = scales >> 15 == 1;
    let longer = if has_alpha { 5 } else { MAX_SIDE };
    let shorter = (scales & 7) as usize;
    if shorter == 0 {
        return Err(ThumbHashError::Empty);
    }

    let (alpha, rest) = match rest {
        [alpha, rest @ ..] if has_alpha => (u32::from(*alpha), rest),
        _ if has_alpha => return Err(ThumbHashError::TooShort),
        _ => (0, rest),
    };
    let (across, down) = if is_landscape { (longer, shorter) } else { (shorter, longer) };
    let mut reader = Reader { bytes: rest, read: 0 };
    let luminance = reader.channel(
        bits(header, 0, 63) / 63.0,
        across.max(3),
        down.max(3),
        bits(header, 18, 31) / 31.0,
    )?;
    let mut chrominance = |at: u32, scale: u32| {
        reader.channel(bits(header, at, 63) / 31.5 - 1.0, 3, 3, bits(scales, scale, 63) / 63.0 * SATURATION)
    };
    let yellow_blue = chrominance(6, 3)?;
    let red_green = chrominance(12, 9)?;
    let alpha = match has_alpha {
        true => Some(reader.channel(bits(alpha, 0, 15) / 15.0, 5, 5, bits(alpha, 4, 15) / 15.0)?),
        false => None,
    };

    let rounded = (2 * SIDE * across.min(down) + across.max(down)) / (2 * across.max(down));
    let (width, height) = if across > down { (SIDE, rounded) } else { (rounded, SIDE) };
    let (columns, rows) = (cosines(width), cosines(height));
    let mut rgba = Vec::with_capacity(width * height * 4);
    for row in &rows[..height] {
        for column in &columns[..width] {
            let (l, p) = (luminance.at(column, row), yellow_blue.at(column, row));
            let q = red_green.at(column, row);
            let blue = l - 2.0 / 3.0 * p;
            let red = (3.0 * l - blue + q) / 2.0;
            let opacity = alpha.as_ref().map_or(1.0, |channel| channel.at(column, row));
            for value in [red, red - q, blue, opacity] {
                // The cast clamps to 0 and 255.
                rgba.push((value * 255.0) as u8);
            }
        }
    }
    Ok(Image { width, height, has_alpha, rgba })
}

/// Reads coefficients: two per byte, the lower half first.
struct Reader<'a> {
    bytes: &'a [u8],
    read: usize,
}

impl Reader<'_> {
    fn channel(
        &mut self,
        mean: f32,
        across: usize,
        down: usize,
        scale: f32,
    ) -> Result<Channel, ThumbHashError> {
        let mut channel =
            Channel { mean, columns: across, rows: down, coefficients: [0.0; MAX_COEFFICIENTS] };
        for coefficient in channel.coefficients.iter_mut().take(count(across, down)) {
            let byte = self.bytes.get(self.read / 2).ok_or(ThumbHashError::TooShort)?;
            let half = byte >> (self.read % 2 * 4) & 15;
            self.read += 1;
            *coefficient = (f32::from(half) / 7.5 - 1.0) * scale;
        }
        Ok(channel)
    }
}

impl Channel {
    fn at(&self, column: &[f32; MAX_SIDE], row: &[f32; MAX_SIDE]) -> f32 {
        let mut coefficients = self.coefficients.iter();
        let mut sum = self.mean;
        for (y, down) in row.iter().enumerate().take(self.rows) {
            // The first coefficient of the first row is the mean.
            let from = usize::from(y == 0);
            for (across, coefficient) in
                column[from..in_row(self.columns, self.rows, y)].iter().zip(&mut coefficients)
            {
                sum += coefficient * across * down * 2.0;
            }
        }
        sum
    }
}

/// How many coefficients a row of the triangle has, the mean included.
fn in_row(across: usize, down: usize, y: usize) -> usize {
    (across * (down - y)).div_ceil(down)
}

fn count(across: usize, down: usize) -> usize {
    (0..down).map(|y| in_row(across, down, y)).sum::<usize>() - 1
}

/// For each of `count` pixels, the cosine waves 0, 1, 2 … at its middle.
fn cosines(count: usize) -> [[f32; MAX_SIDE]; SIDE] {
    let mut all = [[1.0; MAX_SIDE]; SIDE];
    for (place, waves) in all.iter_mut().enumerate().take(count) {
        let first = cosine(PI * (place as f32 + 0.5) / count as f32);
        waves[1] = first;
        for wave in 2..MAX_SIDE {
            // Chebyshev's recurrence.
            waves[wave] = 2.0 * first * waves[wave - 1] - waves[wave - 2];
        }
    }
    all
}

/// The cosine of an angle from 0 to π, by its Taylor series, to a millionth: `core` has no cosine.
fn cosine(angle: f32) -> f32 {
    if angle > PI / 2.0 {
        return -cosine(PI - angle);
    }
    let square = angle * angle;
    let (mut term, mut sum) = (1.0, 1.0);
    for step in [2.0, 12.0, 30.0, 56.0, 90.0] {
        term *= -square / step;
        sum += term;
    }
    sum
}
