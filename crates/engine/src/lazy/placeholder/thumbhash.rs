//! ThumbHash, read: <https://evanw.github.io/thumbhash/>.
//!
//! A picture's lightness, two colour differences and transparency are sums of a few cosine waves, whose
//! heights are given in four bits each; the head says how many waves there are and how high the highest is.
use super::ThumbHashError;
use alloc::vec::Vec;
use core::f32::consts::PI;

/// The longer side of a picture.
const SIDE: usize = 32;
/// Most waves in one direction.
const MOST: usize = 7;
/// Most waves of one channel: those of lightness, 7 × 7, of which a triangle is given, the first in the head.
const WAVES: usize = 27;
/// Colour is quantised downwards; this makes up for it.
const SATURATION: f32 = 1.25;

/// Pixels, row by row, four bytes each; colours are not multiplied with alpha.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Whether any of it may be transparent.
    pub has_alpha: bool,
    /// Red, green, blue, alpha.
    pub rgba: Vec<u8>,
}

/// One channel: its mean, and its waves.
struct Channel {
    mean: f32,
    across: usize,
    down: usize,
    heights: [f32; WAVES],
}

/// Reads the picture, 32 px on its longer side.
pub fn decode(hash: &[u8]) -> Result<Picture, ThumbHashError> {
    let &[a, b, c, d, e, ref rest @ ..] = hash else { return Err(ThumbHashError::TooShort) };
    let head = u32::from(a) | u32::from(b) << 8 | u32::from(c) << 16;
    let scales = u32::from(d) | u32::from(e) << 8;
    let bits = |from: u32, at: u32, mask: u32| (from >> at & mask) as f32;
    let has_alpha = head >> 23 == 1;
    let is_landscape = scales >> 15 == 1;
    let longer = if has_alpha { 5 } else { MOST };
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
    let mut waves = Waves { bytes: rest, read: 0 };
    let light =
        waves.channel(bits(head, 0, 63) / 63.0, across.max(3), down.max(3), bits(head, 18, 31) / 31.0)?;
    let mut colour = |at: u32, scale: u32| {
        waves.channel(bits(head, at, 63) / 31.5 - 1.0, 3, 3, bits(scales, scale, 63) / 63.0 * SATURATION)
    };
    let yellow_blue = colour(6, 3)?;
    let red_green = colour(12, 9)?;
    let alpha = match has_alpha {
        true => Some(waves.channel(bits(alpha, 0, 15) / 15.0, 5, 5, bits(alpha, 4, 15) / 15.0)?),
        false => None,
    };

    let rounded = (2 * SIDE * across.min(down) + across.max(down)) / (2 * across.max(down));
    let (width, height) = if across > down { (SIDE, rounded) } else { (rounded, SIDE) };
    let (columns, rows) = (cosines(width), cosines(height));
    let mut rgba = Vec::with_capacity(width * height * 4);
    for row in &rows[..height] {
        for column in &columns[..width] {
            let (l, p) = (light.at(column, row), yellow_blue.at(column, row));
            let q = red_green.at(column, row);
            let blue = l - 2.0 / 3.0 * p;
            let red = (3.0 * l - blue + q) / 2.0;
            let opacity = alpha.as_ref().map_or(1.0, |channel| channel.at(column, row));
            for part in [red, red - q, blue, opacity] {
                // The cast clamps to 0 and 255.
                rgba.push((part * 255.0) as u8);
            }
        }
    }
    Ok(Picture { width, height, has_alpha, rgba })
}

/// The heights that are still to be read, two to a byte, the lower half first.
struct Waves<'a> {
    bytes: &'a [u8],
    read: usize,
}

impl Waves<'_> {
    fn channel(
        &mut self,
        mean: f32,
        across: usize,
        down: usize,
        scale: f32,
    ) -> Result<Channel, ThumbHashError> {
        let mut channel = Channel { mean, across, down, heights: [0.0; WAVES] };
        for height in channel.heights.iter_mut().take(count(across, down)) {
            let byte = self.bytes.get(self.read / 2).ok_or(ThumbHashError::TooShort)?;
            let half = byte >> (self.read % 2 * 4) & 15;
            self.read += 1;
            *height = (f32::from(half) / 7.5 - 1.0) * scale;
        }
        Ok(channel)
    }
}

impl Channel {
    fn at(&self, column: &[f32; MOST], row: &[f32; MOST]) -> f32 {
        let mut heights = self.heights.iter();
        let mut sum = self.mean;
        for (y, down) in row.iter().enumerate().take(self.down) {
            // The mean is the wave that does not wave.
            let from = usize::from(y == 0);
            for (across, height) in column[from..in_row(self.across, self.down, y)].iter().zip(&mut heights) {
                sum += height * across * down * 2.0;
            }
        }
        sum
    }
}

/// How many waves a row of the triangle has, the mean included.
fn in_row(across: usize, down: usize, y: usize) -> usize {
    (across * (down - y)).div_ceil(down)
}

fn count(across: usize, down: usize) -> usize {
    (0..down).map(|y| in_row(across, down, y)).sum::<usize>() - 1
}

/// For each of `count` pixels, the waves 0, 1, 2 … at its middle.
fn cosines(count: usize) -> [[f32; MOST]; SIDE] {
    let mut all = [[1.0; MOST]; SIDE];
    for (place, waves) in all.iter_mut().enumerate().take(count) {
        let first = cosine(PI * (place as f32 + 0.5) / count as f32);
        waves[1] = first;
        for wave in 2..MOST {
            // Chebyshev: each from the two before.
            waves[wave] = 2.0 * first * waves[wave - 1] - waves[wave - 2];
        }
    }
    all
}

/// Cosine from 0 to π by its series, to a millionth; core has none.
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
