//! Person and class masks by MediaPipe's selfie segmenters.

use fast_image_resize::pixels::U8x3;
use ndarray::{Array2, ArrayView3};
use shomei_photo::{ClassMasks, Mask, PersonClass, Photo, Rect};

use crate::graph::{Axes, Graph};
use crate::tone::SkinTone;
use crate::{Error, ModelSet, sample};

/// Tells person from background.
pub trait PersonSegmenter: Send + Sync {
    /// The probability of "person" over the whole photo.
    ///
    /// # Errors
    /// If the model cannot be run.
    fn person(&self, photo: &Photo) -> Result<Mask, Error>;
}

/// Tells background, hair, body skin, face skin, clothes and worn things apart.
pub trait ClassSegmenter: Send + Sync {
    /// The class probabilities over `place`, a part of the photo in working pixels: the masks'
    /// grids are stretched over it, not over the photo.
    ///
    /// With the tone of the face's skin, the place is first brought to the light and the colours
    /// that the model knows best: it takes hair of unusual colour, and skin in weak light, for worn
    /// things.
    ///
    /// # Errors
    /// If the model cannot be run.
    fn classes(
        &self,
        photo: &Photo,
        place: Rect,
        skin: Option<SkinTone>,
    ) -> Result<ClassMasks, Error>;
}

/// MediaPipe's selfie segmentation at 256 × 256.
pub struct SelfieSegmentation {
    graph: Graph,
}

impl SelfieSegmentation {
    /// Loads the person model.
    ///
    /// # Errors
    /// If the model cannot be loaded.
    pub fn new(models: &ModelSet) -> Result<Self, Error> {
        Ok(Self {
            graph: Graph::load(&models.person, "person", 256, Axes::Settled)?,
        })
    }
}

impl PersonSegmenter for SelfieSegmentation {
    fn person(&self, photo: &Photo) -> Result<Mask, Error> {
        let fail = || Error::output(self.graph.name());
        let side = self.graph.side();
        let pixels = sample::stretched(photo, side as u32, side as u32).ok_or_else(fail)?;
        let outputs = self.graph.run(&sample::planar(&pixels, 1.0 / 255.0, 0.0))?;
        let mask = outputs.into_iter().next().ok_or_else(fail)?;
        let cells = Array2::from_shape_vec((side, side), mask).map_err(|_| fail())?;
        Mask::new(cells).ok_or_else(fail)
    }
}

/// What the channels of the class model stand for.
const CHANNELS: [PersonClass; 6] = [
    PersonClass::Background,
    PersonClass::Hair,
    PersonClass::BodySkin,
    PersonClass::FaceSkin,
    PersonClass::Clothes,
    PersonClass::Other,
];

/// MediaPipe's multi-class selfie segmentation, run at 64 × 64.
pub struct MulticlassSelfie {
    graph: Graph,
}

impl MulticlassSelfie {
    /// Loads the class model.
    ///
    /// # Errors
    /// If the model cannot be loaded.
    pub fn new(models: &ModelSet) -> Result<Self, Error> {
        Ok(Self {
            graph: Graph::load(&models.classes, "classes", 64, Axes::Moving)?,
        })
    }
}

impl ClassSegmenter for MulticlassSelfie {
    fn classes(
        &self,
        photo: &Photo,
        place: Rect,
        skin: Option<SkinTone>,
    ) -> Result<ClassMasks, Error> {
        let fail = || Error::output(self.graph.name());
        let side = self.graph.side();
        let mut pixels = sample::part(photo, place, side as u32, side as u32).ok_or_else(fail)?;
        match skin {
            Some(skin) => skin.neutralise(&mut pixels),
            None => brighten(&mut pixels),
        }
        let outputs = self
            .graph
            .run(&sample::planar(&pixels, 1.0 / 127.5, -1.0))?;
        softmax(outputs.first().ok_or_else(fail)?, side).ok_or_else(fail)
    }
}

/// Brightest green of all but a twentieth of the pixels below which a crop is too dark for the
/// class model, which then sees things where it sees nothing. (Labelled portraits that are not
/// underexposed have 149 and more, underexposed ones at most 70.)
const DARK: u8 = 100;
/// What a crop that is too dark is raised to.
const LIT: f32 = 200.0;

/// Raises a dark crop to usual light.
fn brighten(pixels: &mut [U8x3]) {
    let mut greens: Vec<u8> = pixels.iter().map(|pixel| pixel.0[1]).collect();
    if greens.is_empty() {
        return;
    }
    let at = (greens.len() - 1) * 19 / 20;
    let brightest = *greens.select_nth_unstable(at).1;
    if brightest < DARK {
        let gain = LIT / f32::from(brightest.max(1));
        for value in pixels.iter_mut().flat_map(|pixel| &mut pixel.0) {
            // Saturates.
            *value = (f32::from(*value) * gain).round() as u8;
        }
    }
}

/// Logits `[channel, side, side]` to probabilities.
fn softmax(logits: &[f32], side: usize) -> Option<ClassMasks> {
    let logits = ArrayView3::from_shape((CHANNELS.len(), side, side), logits).ok()?;
    let mut planes = CHANNELS.map(|_| Array2::zeros((side, side)));
    for row in 0..side {
        for column in 0..side {
            let values: [f32; CHANNELS.len()] =
                std::array::from_fn(|channel| logits[[channel, row, column]]);
            let top = values.into_iter().fold(f32::NEG_INFINITY, f32::max);
            let powers = values.map(|v| (v - top).exp());
            let sum: f32 = powers.iter().sum();
            for (plane, power) in planes.iter_mut().zip(powers) {
                plane[[row, column]] = power / sum;
            }
        }
    }
    ClassMasks::from_fn(|class| {
        let channel = CHANNELS.iter().position(|&channel| channel == class)?;
        Mask::new(std::mem::take(&mut planes[channel]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dark_crop_is_raised() {
        let crop = |value| vec![U8x3::new([value, value, 0]); 100];
        for (value, expected) in [(50, 200), (99, 200), (100, 100), (0, 0)] {
            let mut pixels = crop(value);
            pixels[0] = U8x3::new([255; 3]);
            brighten(&mut pixels);
            assert_eq!(pixels[1].0, [expected, expected, 0]);
            assert_eq!(pixels[0].0, [255; 3]);
        }
    }

    #[test]
    fn probabilities_add_up_and_the_largest_logit_wins() {
        let mut logits = vec![0.0; 6 * 4];
        logits[4 + 2] = 3.0; // hair, row 1, column 0
        let classes = softmax(&logits, 2).unwrap();
        let hair = classes.of(PersonClass::Hair).cells();
        assert!(hair[[1, 0]] > 0.7 && (hair[[0, 0]] - 1.0 / 6.0).abs() < 1e-6);
        let sum: f32 = PersonClass::ALL
            .iter()
            .map(|&c| classes.of(c).cells()[[1, 0]])
            .sum();
        assert!((sum - 1.0).abs() < 1e-5);
        assert!(softmax(&logits, 3).is_none());
    }
}
