//! Face detection by YuNet (2023mar).

use std::borrow::Cow;
use std::sync::OnceLock;

use fast_image_resize::pixels::U8x3;
use shomei_photo::{DetectedFace, Photo, Point, Ratio, Rect};

use crate::graph::{Axes, Graph};
use crate::{Error, ModelSet, sample};

/// Finds faces.
pub trait FaceDetector: Send + Sync {
    /// The faces of the photo as it stands, best score first; boxes may reach beyond the edge.
    ///
    /// `careful` asks for a slower, finer look.
    ///
    /// # Errors
    /// If the model cannot be run.
    fn detect(&self, photo: &Photo, careful: bool) -> Result<Vec<DetectedFace>, Error>;
}

/// YuNet at 160 × 160, and at 320 × 320 for a careful look: at 160 it found every face of the
/// labelled portraits that 320 found, at a quarter of the cost.
pub struct YuNet {
    quick: Graph,
    /// Prepared when the first photo asks for it: most processes never see one.
    careful: OnceLock<Graph>,
    model: Cow<'static, [u8]>,
}

/// Weakest detection that counts as a face: every labelled portrait scores at least 0.9, no
/// picture without a face more than 0.7.
const MIN_SCORE: f32 = 0.7;
/// Boxes that overlap more than this (intersection over union) are one face.
const NMS_OVERLAP: f32 = 0.3;
const STRIDES: [usize; 3] = [8, 16, 32];

impl YuNet {
    /// Loads the detector.
    ///
    /// # Errors
    /// If the model cannot be loaded.
    pub fn new(models: &ModelSet) -> Result<Self, Error> {
        Ok(Self {
            quick: Graph::load(&models.detector, "detector", 160, Axes::Settled)?,
            careful: OnceLock::new(),
            model: models.detector.clone(),
        })
    }

    fn careful(&self) -> Result<&Graph, Error> {
        if let Some(graph) = self.careful.get() {
            return Ok(graph);
        }
        // Threads that come here at the same time prepare it each, and keep one.
        let graph = Graph::load(&self.model, "detector", 320, Axes::Settled)?;
        Ok(self.careful.get_or_init(|| graph))
    }
}

impl FaceDetector for YuNet {
    fn detect(&self, photo: &Photo, careful: bool) -> Result<Vec<DetectedFace>, Error> {
        let graph = if careful {
            self.careful()?
        } else {
            &self.quick
        };
        let side = graph.side();
        let fitted = photo.size().shrunk_to(side as u32);
        let pixels = sample::stretched(photo, fitted.width(), fitted.height())
            .ok_or_else(|| Error::output(graph.name()))?;
        let outputs = graph.run(&letterbox_bgr(&pixels, fitted.width() as usize, side))?;
        let scale = (
            photo.size().width() as f32 / fitted.width() as f32,
            photo.size().height() as f32 / fitted.height() as f32,
        );
        let candidates =
            decode(&outputs, side, scale).ok_or_else(|| Error::output(graph.name()))?;
        Ok(suppress(candidates))
    }
}

/// Planar BGR 0–255 in the top-left corner of a black square.
fn letterbox_bgr(pixels: &[U8x3], width: usize, side: usize) -> Vec<f32> {
    let mut planar = vec![0.0f32; 3 * side * side];
    for (row, line) in pixels.chunks_exact(width).enumerate() {
        for (column, pixel) in line.iter().enumerate() {
            for (channel, &value) in pixel.0.iter().rev().enumerate() {
                planar[(channel * side + row) * side + column] = f32::from(value);
            }
        }
    }
    planar
}

/// Outputs in the order cls, obj, bbox, kps, each for strides 8, 16, 32; a row a cell.
fn decode(outputs: &[Vec<f32>], side: usize, scale: (f32, f32)) -> Option<Vec<DetectedFace>> {
    let mut faces = Vec::new();
    for (level, stride) in STRIDES.into_iter().enumerate() {
        let (class, object) = (outputs.get(level)?, outputs.get(3 + level)?);
        let (boxes, points) = (outputs.get(6 + level)?, outputs.get(9 + level)?);
        let columns = side / stride;
        let cells = columns * columns;
        if class.len() != cells
            || object.len() != cells
            || boxes.len() != cells * 4
            || points.len() != cells * 10
        {
            return None;
        }
        for cell in 0..cells {
            let unit = |v: f32| v.max(0.0).min(1.0);
            let score = (unit(class[cell]) * unit(object[cell])).sqrt();
            if score < MIN_SCORE {
                continue;
            }
            let (row, column) = ((cell / columns) as f32, (cell % columns) as f32);
            let stride = stride as f32;
            let bbox = &boxes[cell * 4..cell * 4 + 4];
            let centre_x = (column + bbox[0]) * stride;
            let centre_y = (row + bbox[1]) * stride;
            let (width, height) = (bbox[2].exp() * stride, bbox[3].exp() * stride);
            let point = |k: usize| {
                Point::new(
                    (points[cell * 10 + 2 * k] + column) * stride * scale.0,
                    (points[cell * 10 + 2 * k + 1] + row) * stride * scale.1,
                )
            };
            // A cell with a number that is none is no detection.
            let face = (|| {
                Some(DetectedFace {
                    rect: Rect::new(
                        (centre_x - width / 2.0) * scale.0,
                        (centre_y - height / 2.0) * scale.1,
                        width * scale.0,
                        height * scale.1,
                    )?,
                    score: Ratio::new(score)?,
                    eyes: [point(0)?, point(1)?],
                })
            })();
            faces.extend(face);
        }
    }
    Some(faces)
}

/// Greedy non-maximum suppression, best score first.
fn suppress(mut candidates: Vec<DetectedFace>) -> Vec<DetectedFace> {
    candidates.sort_by(|a, b| b.score.get().total_cmp(&a.score.get()));
    let mut kept: Vec<DetectedFace> = Vec::new();
    for face in candidates {
        if kept
            .iter()
            .all(|other| other.rect.overlap(face.rect) <= NMS_OVERLAP)
        {
            kept.push(face);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One confident cell per level, boxes of e⁰·stride around its centre.
    fn outputs(hits: &[(usize, usize, f32)]) -> Vec<Vec<f32>> {
        let cells = |level: usize| (160 / STRIDES[level]) * (160 / STRIDES[level]);
        let mut all: Vec<Vec<f32>> = Vec::new();
        for kind in [1, 1, 4, 10] {
            for level in 0..3 {
                all.push(vec![0.0; cells(level) * kind]);
            }
        }
        for &(level, cell, score) in hits {
            all[level][cell] = score;
            all[3 + level][cell] = score;
        }
        all
    }

    #[test]
    fn cells_become_boxes_in_working_pixels() {
        // Level 2: stride 32, 5 columns; cell 7 is row 1, column 2.
        let faces = decode(&outputs(&[(2, 7, 0.95)]), 160, (3.0, 3.0)).unwrap();
        let [face] = faces.as_slice() else {
            panic!("{faces:?}")
        };
        assert_eq!(
            face.rect,
            Rect::new(48.0 * 3.0, 16.0 * 3.0, 96.0, 96.0).unwrap()
        );
        assert!((face.score.get() - 0.95).abs() < 1e-6);
        assert_eq!(face.eyes[0], Point::new(192.0, 96.0).unwrap());
    }

    #[test]
    fn weak_nan_and_misshapen_outputs_are_no_faces() {
        assert!(
            decode(&outputs(&[(0, 3, 0.6)]), 160, (1.0, 1.0))
                .unwrap()
                .is_empty()
        );
        let mut broken = outputs(&[(0, 3, 0.9)]);
        broken[6][3 * 4] = f32::NAN;
        assert!(decode(&broken, 160, (1.0, 1.0)).unwrap().is_empty());
        broken[0].pop();
        assert!(decode(&broken, 160, (1.0, 1.0)).is_none());
        assert!(decode(&[], 160, (1.0, 1.0)).is_none());
    }

    #[test]
    fn suppression_keeps_the_most_confident() {
        let face = |x: f32, score: f32| DetectedFace {
            rect: Rect::new(x, 0.0, 10.0, 10.0).unwrap(),
            score: Ratio::new(score).unwrap(),
            eyes: [Point::new(0.0, 0.0).unwrap(); 2],
        };
        let kept = suppress(vec![face(0.0, 0.8), face(1.0, 0.95), face(30.0, 0.75)]);
        let scores: Vec<f32> = kept.iter().map(|f| f.score.get()).collect();
        assert_eq!(scores, [0.95, 0.75]);
    }
}
