//! Every stage of a review as a body to run, on what the stages before it made of one photo.
#![allow(
    clippy::expect_used,
    reason = "benchmarks stop at a file that they were not made for"
)]

use std::hint::black_box;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use shomei::{Lang, Limits, Measurements, Policy, Reviewer, Waivers};
use shomei_decode::Options;
use shomei_face::{
    Analyser, Analysis, ClassSegmenter, FaceDetector, FaceMesh, Landmarker, ModelSet,
    MulticlassSelfie, PersonSegmenter, SelfieSegmentation, YuNet,
};
use shomei_jpeg::{Buffers, Scale};
use shomei_photo::{ImageSize, Photo, Rect};
use shomei_verdict::wire::v1::StoredReview;

/// Something to measure.
pub struct Body<'a> {
    /// What it belongs to: the criterion group.
    pub group: &'static str,
    /// Which of the group.
    pub name: &'static str,
    /// Runs it once.
    pub run: Box<dyn FnMut() + 'a>,
}

impl std::fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.group, self.name)
    }
}

/// The networks one by one, and all that is put together of them.
#[derive(Debug)]
pub struct Engines {
    detector: Opaque<YuNet>,
    landmarks: Opaque<FaceMesh>,
    person: Opaque<SelfieSegmentation>,
    classes: Opaque<MulticlassSelfie>,
    analyser: Analyser,
    /// The reviewer with the default settings.
    pub reviewer: Reviewer,
    policy: Policy,
}

/// A network, which has nothing to show.
struct Opaque<T>(T);

impl<T> std::fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("..")
    }
}

impl Engines {
    /// Loads the embedded models.
    ///
    /// # Panics
    /// If they cannot be loaded.
    #[must_use]
    pub fn load() -> Self {
        let models = ModelSet::embedded();
        Self {
            detector: Opaque(YuNet::new(&models).expect("a detector")),
            landmarks: Opaque(FaceMesh::new(&models).expect("landmarks")),
            person: Opaque(SelfieSegmentation::new(&models).expect("a person model")),
            classes: Opaque(MulticlassSelfie::new(&models).expect("a class model")),
            analyser: Analyser::new(&models).expect("models"),
            reviewer: Reviewer::builder().build().expect("models"),
            policy: Policy::my_number_card(),
        }
    }
}

/// A portrait, and what each stage makes of it.
#[derive(Debug)]
pub struct Portrait {
    file: Vec<u8>,
    photo: Photo,
    analysis: Analysis,
    measurements: Measurements,
    /// The review as a line of JSON.
    record: String,
    /// Where the class model looks, roughly.
    head: Rect,
}

impl Portrait {
    /// Runs all stages once.
    ///
    /// # Panics
    /// If the file shows no face.
    #[must_use]
    pub fn new(file: Vec<u8>, engines: &Engines) -> Self {
        let decoded = shomei_decode::decode(&file, &Limits::default(), &Options::default());
        let photo = decoded.photo.expect("a photo that can be decoded");
        let analysis = engines
            .analyser
            .analyse(photo.clone())
            .expect("networks that run");
        let landmarks = analysis.subject.landmarks.as_ref().expect("a face");
        let face = Rect::around(landmarks.points().iter().copied()).expect("points");
        let side = face.width().max(face.height()) * 1.5;
        let (x, y) = (face.centre().x(), face.centre().y());
        let (x, y) = ((x - side / 2.0).max(0.0), (y - side * 0.6).max(0.0));
        let review = engines.reviewer.review(&file);
        Self {
            head: Rect::new(x, y, side, side).expect("a square"),
            measurements: review.measurements().clone(),
            record: review.to_json("a", Lang::En),
            file,
            photo,
            analysis,
        }
    }

    /// The stages, each on what the stages before it made of this portrait.
    ///
    /// # Panics
    /// When run, if a network fails.
    #[must_use]
    pub fn bodies<'a>(&'a self, engines: &'a Engines) -> Vec<Body<'a>> {
        let Self { file, photo, .. } = self;
        let Analysis {
            photo: upright,
            subject,
        } = &self.analysis;
        let mut bodies = Vec::new();
        let mut add = |group, name, run: Box<dyn FnMut() + 'a>| {
            bodies.push(Body { group, name, run });
        };
        for (name, scale) in [
            ("1/8", Scale::Eighth),
            ("1/4", Scale::Quarter),
            ("1/2", Scale::Half),
        ] {
            let mut buffers = Buffers::new();
            let run = move || {
                let options = shomei_jpeg::Options::new(scale);
                let picture = shomei_jpeg::decode(file, &options, &mut buffers);
                black_box(picture.expect("a sound file").width);
            };
            add("jpeg", name, Box::new(run));
        }
        let limits = Limits::default();
        let decode = move || drop(black_box(shomei_decode::decode(file, &limits, &DECODE)));
        add("decode", "decode", Box::new(decode));
        for (name, from, to) in RESIZED {
            add("resize", name, resize(photo, from, to));
        }

        let Engines {
            detector,
            landmarks,
            person,
            classes,
            analyser,
            reviewer,
            policy,
        } = engines;
        let look = || drop(black_box(detector.0.detect(photo, false).expect("faces")));
        add("face", "detector", Box::new(look));
        let look = || drop(black_box(detector.0.detect(photo, true).expect("faces")));
        add("face", "detector, careful", Box::new(look));
        if let Some(face) = subject.faces.first() {
            let look = || drop(black_box(landmarks.0.landmarks(upright, face)));
            add("face", "landmarks", Box::new(look));
        }
        let look = || drop(black_box(person.0.person(upright).expect("a mask")));
        add("face", "person", Box::new(look));
        let look = || drop(black_box(classes.0.classes(upright, self.head)));
        add("face", "classes", Box::new(look));
        let analyse = || drop(black_box(analyser.analyse(photo.clone()).expect("faces")));
        add("face", "analyse", Box::new(analyse));

        let measure = || drop(black_box(shomei_framing::measure(subject, upright.frame())));
        add("framing", "measure", Box::new(measure));
        let measure = || drop(black_box(shomei_background::measure(upright, subject)));
        add("background", "measure", Box::new(measure));
        let measure = || drop(black_box(shomei_portrait::measure(upright, subject)));
        add("portrait", "measure", Box::new(measure));
        let none = Waivers::default();
        let judge = move || {
            drop(black_box(shomei_verdict::judge(
                &self.measurements,
                policy,
                &none,
            )));
        };
        add("verdict", "judge", Box::new(judge));
        let review = || drop(black_box(reviewer.review(file)));
        add("review", "review", Box::new(review));
        let again = || {
            let stored = StoredReview::from_json(self.record.as_bytes()).expect("a record");
            drop(black_box(stored.judge_again(policy, Lang::En)));
        };
        add("judge", "stored review", Box::new(again));
        bodies
    }
}

const DECODE: Options = Options { working_size: 480 };

/// What is resized, from and to: what [`shomei_decode`] shrinks a decoded picture from, a 12 MP
/// photo at ⅛ or a 1 MP photo at ½, and what the networks take.
const RESIZED: [(&str, (u32, u32), (u32, u32)); 4] = [
    ("392x504 to working size", (392, 504), (373, 480)),
    ("450x579 to working size", (450, 579), (373, 480)),
    ("working size to detector", (373, 480), (124, 160)),
    ("working size to person", (373, 480), (256, 256)),
];

/// The resizing that the stages do, without the stages: the same call of the same library.
fn resize(photo: &Photo, from: (u32, u32), to: (u32, u32)) -> Box<dyn FnMut()> {
    let stretch = |rgb: &[u8], from: ImageSize, (width, height): (u32, u32)| {
        let source = TypedImageRef::<U8x3>::from_buffer(from.width(), from.height(), rgb);
        let mut target = TypedImage::<U8x3>::new(width, height);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
            .use_alpha(false);
        Resizer::new()
            .resize_typed(&source.expect("RGB"), &mut target, &options)
            .expect("sizes that are not zero");
        target
            .pixels()
            .iter()
            .flat_map(|p| p.0)
            .collect::<Vec<u8>>()
    };
    let source = stretch(photo.rgb(), photo.size(), from);
    let size = ImageSize::new(from.0, from.1).expect("a size");
    Box::new(move || drop(black_box(stretch(&source, size, to))))
}
