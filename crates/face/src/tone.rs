//! The tone of the face's skin, by which a photo is brought to usual light and colours.

use fast_image_resize::pixels::U8x3;
use shomei_photo::{Landmarks, Photo, Point, luma, percentile};

/// Median colour of a face's skin below the eyes and on the forehead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SkinTone {
    /// sRGB, 0 to 255.
    rgb: [f32; 3],
}

/// Where the skin is seen, from the point between the eyes in units of their distance: from left to
/// right, from top to bottom. Masks, beards and the rims of hats leave some of it free.
const SEEN: [([f32; 2], [f32; 2]); 3] = [
    ([-0.8, -0.3], [0.25, 0.5]),
    ([0.3, 0.8], [0.25, 0.5]),
    ([-0.4, 0.4], [-0.75, -0.45]),
];
/// Places along each side of each of these.
const STEPS: usize = 8;
/// Luma that the skin is brought to, 0 to 1: that of lighter skin in good light.
const USUAL: f32 = 150.0 / 255.0;
/// Bounds of the power by which values are raised: beyond them, there is nothing left to see.
const POWERS: [f32; 2] = [0.35, 1.6];
/// Hues that are further from the skin's than this, in radians, are not those of skin or of common
/// hair, which is nothing but darker or lighter; and what is added until a colour is wholly unlike.
const UNLIKE: f32 = 0.35;
/// Chroma from which a hue counts, 0 to 255.
const COLOURED: f32 = 20.0;
/// What a colour of another hue becomes, over its luma: a dark brownish grey.
const DULL: [f32; 3] = [0.636, 0.594, 0.558];

/// The places of [`SEEN`] in working pixels.
pub(crate) fn bare_skin(landmarks: &Landmarks) -> Vec<Point> {
    let (left, right) = (landmarks.left_eye(), landmarks.right_eye());
    let (middle, unit) = (left.midpoint(right), left.distance(right));
    let along = |share: f32| {
        let (x, y) = (right.x() - left.x(), right.y() - left.y());
        (share * x, share * y)
    };
    let share = |step: usize| (step as f32 + 0.5) / STEPS as f32;
    let between = |[from, to]: [f32; 2], step| from + (to - from) * share(step);
    if unit < 1.0 {
        return Vec::new();
    }
    SEEN.iter()
        .flat_map(|&(across, down)| {
            (0..STEPS * STEPS).filter_map(move |step| {
                let (ux, uy) = along(between(across, step % STEPS));
                let (vx, vy) = along(between(down, step / STEPS));
                Point::new(middle.x() + ux - vy, middle.y() + uy + vx)
            })
        })
        .collect()
}

impl SkinTone {
    /// The tone of a face; `None` if its skin lies outside the photo.
    pub(crate) fn of(photo: &Photo, landmarks: &Landmarks) -> Option<Self> {
        let colours: Vec<[u8; 3]> = bare_skin(landmarks)
            .into_iter()
            .filter(|&point| photo.size().contains(point))
            .map(|point| photo.pixel(point.x() as u32, point.y() as u32))
            .collect();
        let median = |channel: usize| {
            let mut values: Vec<f32> = colours.iter().map(|c| f32::from(c[channel])).collect();
            percentile(&mut values, 0.5)
        };
        Some(Self {
            rgb: [median(0)?, median(1)?, median(2)?],
        })
    }

    /// Brings the skin to usual light and dulls hues that are unlike its own.
    pub(crate) fn neutralise(self, pixels: &mut [U8x3]) {
        let is = luma(self.rgb).max(0.015).min(0.98);
        let power = (USUAL.ln() / is.ln()).max(POWERS[0]).min(POWERS[1]);
        let raise = |value: f32| 255.0 * (value / 255.0).powf(power);
        let raised: [f32; 256] = std::array::from_fn(|value| raise(value as f32));
        let (skin, _) = hue(self.rgb.map(raise));
        for pixel in pixels {
            let rgb = pixel.0.map(|value| raised[usize::from(value)]);
            let (hue, chroma) = hue(rgb);
            let apart = (hue - skin + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU)
                - std::f32::consts::PI;
            let unlike = ((apart.abs() - UNLIKE) / UNLIKE).max(0.0).min(1.0);
            let weight = unlike * (chroma / COLOURED).min(1.0);
            let grey = luma(rgb) * 255.0;
            for ((value, from), dull) in pixel.0.iter_mut().zip(rgb).zip(DULL) {
                *value = (from * (1.0 - weight) + grey * dull * weight).round() as u8;
            }
        }
    }
}

/// Angle in radians and length of a colour's difference from grey, in red and blue.
fn hue(rgb: [f32; 3]) -> (f32, f32) {
    let grey = luma(rgb) * 255.0;
    let (red, blue) = (rgb[0] - grey, rgb[2] - grey);
    (red.atan2(blue), red.hypot(blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neutral(skin: [f32; 3], colour: [u8; 3]) -> [u8; 3] {
        let mut pixels = [U8x3::new(colour)];
        SkinTone { rgb: skin }.neutralise(&mut pixels);
        pixels[0].0
    }

    #[test]
    fn skin_of_any_tone_and_in_any_light_becomes_equally_light() {
        // Much lighter or darker than these, the power is bounded.
        let tones = [
            [190.0, 150.0, 130.0],
            [160.0, 112.0, 88.0],
            [115.0, 80.0, 64.0],
        ];
        for tone in tones {
            for light in [0.7, 1.0] {
                let skin = tone.map(|value: f32| value * light);
                let seen = neutral(skin, skin.map(|value| value.round() as u8));
                let seen = luma(seen.map(f32::from));
                assert!((seen - USUAL).abs() < 0.03, "{tone:?} x {light}: {seen}");
            }
        }
    }

    #[test]
    fn colours_that_hair_seldom_has_are_dulled_and_others_kept() {
        let skin = [190.0, 142.0, 120.0];
        let spread = |colour: [u8; 3]| {
            let seen = neutral(skin, colour).map(i32::from);
            seen.iter().max().unwrap() - seen.iter().min().unwrap()
        };
        for unusual in [
            [150, 110, 220],
            [60, 200, 80],
            [40, 90, 220],
            [250, 90, 200],
        ] {
            assert!(spread(unusual) < 20, "{unusual:?}: {}", spread(unusual));
        }
        for common in [[190, 142, 120], [120, 75, 45], [200, 90, 50]] {
            assert!(spread(common) > 50, "{common:?}: {}", spread(common));
        }
        assert!(spread([128, 128, 128]) < 4);
    }
}
