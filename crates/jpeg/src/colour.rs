//! YCbCr to RGB (ITU T.871 7).
#![allow(
    clippy::cast_possible_truncation,
    reason = "the sums are bounded by their 8-bit terms"
)]

/// The value of samples that could not be read.
pub(crate) const MID_GREY: u8 = 128;

/// Pixels converted at a time.
const STEP: usize = 32;

/// Converts a row. The four slices are of one length, `rgb` of three times that.
///
/// The arithmetic is that of the IJG library, 16 fractional bits rounded once per colour:
/// R = Y + 1.402 Cr, G = Y − 0.344136 Cb − 0.714136 Cr, B = Y + 1.772 Cb.
pub(crate) fn ycbcr_row(y: &[u8], cb: &[u8], cr: &[u8], rgb: &mut [u8]) {
    let (y_steps, y_rest) = y.as_chunks::<STEP>();
    let (cb_steps, cb_rest) = cb.as_chunks::<STEP>();
    let (cr_steps, cr_rest) = cr.as_chunks::<STEP>();
    let (rgb_steps, rgb_rest) = rgb.as_chunks_mut::<{ STEP * 3 }>();
    for (((y, cb), cr), rgb) in y_steps.iter().zip(cb_steps).zip(cr_steps).zip(rgb_steps) {
        step(y, cb, cr, rgb);
    }
    if !y_rest.is_empty() {
        let pad = |rest: &[u8]| {
            let mut padded = [0; STEP];
            for (to, from) in padded.iter_mut().zip(rest) {
                *to = *from;
            }
            padded
        };
        let mut out = [0; STEP * 3];
        step(&pad(y_rest), &pad(cb_rest), &pad(cr_rest), &mut out);
        for (to, from) in rgb_rest.iter_mut().zip(out) {
            *to = from;
        }
    }
}

#[inline(always)]
fn step(y: &[u8; STEP], cb: &[u8; STEP], cr: &[u8; STEP], rgb: &mut [u8; STEP * 3]) {
    // 65536 × 1.402, 0.344136, 0.714136 and 1.772. Whole multiples of 65536 are taken out, so
    // that the products are of 16 by 16 bits, for which there are vector instructions.
    const RED: i16 = (91_881 - 65_536) as i16;
    const GREEN_CB: i16 = -22_554;
    const GREEN_CR: i16 = (65_536 - 46_802) as i16;
    const BLUE: i16 = (116_130 - 2 * 65_536) as i16;
    const ROUND: i32 = 32_768;
    let mut out = [[0u8; STEP]; 3];
    for i in 0..STEP {
        let y = i16::from(y[i]);
        let cb = i16::from(cb[i]) - 128;
        let cr = i16::from(cr[i]) - 128;
        let red = ((i32::from(cr) * i32::from(RED) + ROUND) >> 16) as i16 + cr;
        let green =
            ((i32::from(cb) * i32::from(GREEN_CB) + i32::from(cr) * i32::from(GREEN_CR) + ROUND)
                >> 16) as i16
                - cr;
        let blue = ((i32::from(cb) * i32::from(BLUE) + ROUND) >> 16) as i16 + 2 * cb;
        out[0][i] = (y + red).clamp(0, 255) as u8;
        out[1][i] = (y + green).clamp(0, 255) as u8;
        out[2][i] = (y + blue).clamp(0, 255) as u8;
    }
    interleave(&out, rgb);
}

/// Three rows to pixels.
#[inline(always)]
fn interleave(rows: &[[u8; STEP]; 3], rgb: &mut [u8; STEP * 3]) {
    for (i, pixel) in rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        *pixel = [rows[0][i], rows[1][i], rows[2][i]];
    }
}

/// Three planes that are red, green and blue already.
pub(crate) fn rgb_row(r: &[u8], g: &[u8], b: &[u8], rgb: &mut [u8]) {
    for (((pixel, &r), &g), &b) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(r).zip(g).zip(b) {
        *pixel = [r, g, b];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_the_rounded_formula() {
        for cb in (0..=255u8).step_by(3) {
            for cr in (0..=255u8).step_by(5) {
                let y: Vec<u8> = (0..=255).collect();
                let mut rgb = vec![0; 256 * 3];
                ycbcr_row(&y, &[cb; 256], &[cr; 256], &mut rgb);
                for (y, got) in y.iter().zip(rgb.as_chunks::<3>().0) {
                    let (y, b, r) = (f64::from(*y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
                    let expected = [
                        y + 1.402 * r,
                        y - 0.344_136 * b - 0.714_136 * r,
                        y + 1.772 * b,
                    ];
                    for (got, expected) in got.iter().zip(expected) {
                        assert!((f64::from(*got) - expected.clamp(0.0, 255.0)).abs() < 0.51);
                    }
                }
            }
        }
    }

    #[test]
    fn rows_of_any_length() {
        for length in 0..70 {
            let row: Vec<u8> = (0..length).map(|i| i as u8 * 3).collect();
            let mut rgb = vec![0; row.len() * 3];
            ycbcr_row(&row, &vec![128; row.len()], &vec![128; row.len()], &mut rgb);
            let grey: Vec<u8> = row.iter().flat_map(|&y| [y; 3]).collect();
            assert_eq!(rgb, grey);
        }
    }
}
