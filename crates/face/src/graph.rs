//! A network in tract: loaded and optimised once, shared by all threads.

use std::sync::Arc;

use tract_onnx::prelude::{
    DatumExt, Framework, InferenceModelExt, IntoRunnable, Tensor, TractError, TypedModel,
    TypedRunnableModel, tvec,
};
use tract_onnx::tract_core::optim::Optimizer;

use crate::{Error, ErrorKind};

/// An optimised network with one input `[1, 3, side, side]`.
///
/// The batch size is one: in tract, a larger batch costs more per picture, and photos run on several
/// threads anyway.
pub(crate) struct Graph {
    plan: Arc<TypedRunnableModel>,
    name: &'static str,
    side: usize,
}

/// Whether a graph transposes its tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axes {
    /// It does not. The search for axes to move takes most of the preparation and finds nothing here.
    /// Without it, the four networks load in 380 ms of CPU instead of 540, and run as fast.
    Settled,
    /// It does, and runs up to a fifth faster once the moves are removed.
    Moving,
}

impl Axes {
    fn optimized(self, mut model: TypedModel) -> Result<TypedModel, TractError> {
        if self == Self::Moving {
            return model.into_optimized();
        }
        Self::tidying().optimize(&mut model)?;
        model.optimize()?;
        Ok(model)
    }

    fn tidying() -> Optimizer {
        let mut tidying = Optimizer::declutter();
        tidying
            .passes
            .retain(|pass| !format!("{pass:?}").starts_with("ChangeAxes"));
        tidying
    }
}

impl Graph {
    pub(crate) fn load(
        onnx: &[u8],
        name: &'static str,
        side: usize,
        axes: Axes,
    ) -> Result<Self, Error> {
        let fail =
            |source: TractError| Error::new(ErrorKind::Load, name, source.into_boxed_dyn_error());
        let plan = tract_onnx::onnx()
            .model_for_read(&mut &*onnx)
            .and_then(|model| {
                model
                    .with_input_fact(0, f32::fact([1, 3, side, side]).into())?
                    .into_typed()
            })
            .and_then(|model| axes.optimized(model))
            .and_then(IntoRunnable::into_runnable)
            .map_err(fail)?;
        Ok(Self { plan, name, side })
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Side of the square input in pixels.
    pub(crate) const fn side(&self) -> usize {
        self.side
    }

    /// Runs the network on a planar picture (`3 × side × side`, channel by channel, row by row)
    /// and returns every output as a flat vector, in the model's order.
    pub(crate) fn run(&self, planar: &[f32]) -> Result<Vec<Vec<f32>>, Error> {
        let fail = |source: TractError| {
            Error::new(ErrorKind::Run, self.name, source.into_boxed_dyn_error())
        };
        let input = Tensor::from_shape(&[1, 3, self.side, self.side], planar).map_err(fail)?;
        let outputs = self.plan.run(tvec!(input.into())).map_err(fail)?;
        outputs
            .iter()
            .map(|output| {
                Ok(output
                    .to_plain_array_view::<f32>()?
                    .iter()
                    .copied()
                    .collect())
            })
            .collect::<Result<_, TractError>>()
            .map_err(fail)
    }
}

#[cfg(all(test, feature = "embedded-models"))]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::ModelSet;

    #[derive(Deserialize)]
    struct Pairs {
        pairs: Vec<Pair>,
    }

    #[derive(Deserialize)]
    struct Pair {
        file: String,
        input: Input,
        outputs: Vec<Output>,
    }

    #[derive(Deserialize)]
    struct Input {
        shape: [usize; 4],
        lo: f64,
        hi: f64,
        samples: Vec<(usize, f64)>,
    }

    #[derive(Deserialize)]
    struct Output {
        name: String,
        mean: f64,
        tolerance: f64,
        samples: Vec<(usize, f64)>,
    }

    /// The input that `models/known_pairs.json` describes in its `formula`.
    fn input(spec: &Input) -> Vec<f32> {
        let [_, channels, height, width] = spec.shape;
        (0..channels * height * width)
            .map(|i| {
                let x = ((i % width) as f64 + 0.5) / width as f64;
                let y = ((i / width % height) as f64 + 0.5) / height as f64;
                let c = (i / (width * height)) as f64;
                let d = (x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5);
                let fraction = f64::max(0.0, 1.0 - 5.0 * d) * (1.0 - 0.15 * c);
                (spec.lo + (spec.hi - spec.lo) * fraction) as f32
            })
            .collect()
    }

    /// tract gives what ONNX Runtime gave.
    #[test]
    fn every_model_gives_its_known_output() {
        let models = ModelSet::embedded();
        let known: Pairs =
            serde_json::from_str(include_str!("../../../models/known_pairs.json")).unwrap();
        assert_eq!(known.pairs.len(), 4);
        for pair in known.pairs {
            let (onnx, axes) = match pair.file.as_str() {
                "face_yunet.onnx" => (&models.detector, Axes::Settled),
                "face_mesh478.onnx" => (&models.landmarks, Axes::Settled),
                "selfie_seg256.onnx" => (&models.person, Axes::Settled),
                "selfie_multiclass_64.onnx" => (&models.classes, Axes::Moving),
                other => panic!("{other} is not one of ours"),
            };
            let planar = input(&pair.input);
            for &(index, value) in &pair.input.samples {
                assert!(
                    (f64::from(planar[index]) - value).abs() < 1e-4,
                    "{} input",
                    pair.file
                );
            }
            let graph = Graph::load(onnx, "test", pair.input.shape[3], axes).unwrap();
            let outputs = graph.run(&planar).unwrap();
            assert_eq!(outputs.len(), pair.outputs.len());
            for (got, known) in outputs.iter().zip(&pair.outputs) {
                let mean = got.iter().map(|&v| f64::from(v)).sum::<f64>() / got.len() as f64;
                let close = |a: f64, b: f64| (a - b).abs() <= known.tolerance;
                let name = format!("{} {}", pair.file, known.name);
                assert!(
                    close(mean, known.mean),
                    "{name}: mean {mean} for {}",
                    known.mean
                );
                for &(index, value) in &known.samples {
                    assert!(
                        close(got[index].into(), value),
                        "{name}[{index}]: {}",
                        got[index]
                    );
                }
            }
        }
    }

    /// The pass is left out by its name, since its type cannot be asked for.
    #[test]
    fn the_search_for_axes_is_left_out() {
        let all = Optimizer::declutter().passes.len();
        assert_eq!(Axes::tidying().passes.len(), all - 1);
    }

    #[test]
    fn bytes_that_are_no_model_are_refused() {
        let error = Graph::load(b"no model", "detector", 160, Axes::Settled)
            .err()
            .unwrap();
        assert_eq!((error.kind(), error.model()), (ErrorKind::Load, "detector"));
    }
}
