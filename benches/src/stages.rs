//! Every stage of a review as a body to run, on what the stages before it made of one photo.
#![expect(
    clippy::expect_used,
    reason = "benchmarks stop at a file that they were not made for"
)]

use std::hint::black_box;
use std::io;
use std::path::PathBuf;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use shomei::{Lang, Limits, Measurements, Policy, Reviewer, Waivers};
use shomei_decode::{Decoded, Options, Scratch};
use shomei_face::{
    Analyser, Analysis, ClassSegmenter, FaceDetector, FaceMesh, Landmarker, ModelSet,
    MulticlassSelfie, PersonSegmenter, SelfieSegmentation, YuNet,
};
use shomei_jpeg::{Buffers, Precision, Scale};
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

impl<'a> Body<'a> {
    /// What `run` gives is made and dropped.
    fn new<T>(group: &'static str, name: &'static str, mut run: impl FnMut() -> T + 'a) -> Self {
        let run = Box::new(move || drop(black_box(run())));
        Self { group, name, run }
    }
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

/// A file, to be read and decoded.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl File {
    /// Reads it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let bytes = std::fs::read(&path)?;
        Ok(Self { path, bytes })
    }

    /// What needs no network: reading, our JPEG decoder at its scales, decoding as a review does.
    ///
    /// # Panics
    /// When run, if the file is no sound JPEG.
    #[must_use]
    pub fn bodies(&self) -> Vec<Body<'_>> {
        let Self { path, bytes } = self;
        let read = move || std::fs::read(path);
        let mut bodies = vec![Body::new("read", "file", read)];
        for (name, scale) in [
            ("1/8", Scale::Eighth),
            ("1/4", Scale::Quarter),
            ("1/2", Scale::Half),
        ] {
            let mut buffers = Buffers::new();
            let decode = move || {
                let file = shomei_jpeg::File::open(bytes, &shomei_jpeg::Limits::default());
                let file = file.expect("a sound file");
                let picture = file.decode(scale, Precision::Exact, &mut buffers);
                picture.expect("a sound file").width
            };
            bodies.push(Body::new("jpeg", name, decode));
        }
        let mut scratch = Scratch::new();
        let decode = move || decode(bytes, &mut scratch);
        bodies.push(Body::new("decode", "decode", decode));
        bodies
    }
}

fn decode(bytes: &[u8], scratch: &mut Scratch) -> Decoded {
    shomei_decode::decode(bytes, &Limits::default(), &Options::default(), scratch)
}

/// A portrait, and what each stage makes of it.
#[derive(Debug)]
pub struct Portrait {
    file: File,
    photo: Photo,
    analysis: Analysis,
    measurements: Measurements,
    /// The review as a line of JSON.
    record: String,
    /// Where the class model looks, roughly.
    head: Rect,
}

impl Portrait {
    /// Reads the file and runs all stages once.
    ///
    /// # Errors
    /// If the file cannot be read.
    ///
    /// # Panics
    /// If it shows no face.
    pub fn open(path: PathBuf, engines: &Engines) -> io::Result<Self> {
        let file = File::open(path)?;
        let photo = decode(&file.bytes, &mut Scratch::new())
            .photo
            .expect("a photo that can be decoded");
        let analysis = engines
            .analyser
            .analyse(photo.clone())
            .expect("networks that run");
        let landmarks = analysis.subject.landmarks.as_ref().expect("a face");
        let face = Rect::around(landmarks.points.iter().copied()).expect("points");
        let side = face.width().max(face.height()) * 1.5;
        let (x, y) = (face.centre().x(), face.centre().y());
        let (x, y) = ((x - side / 2.0).max(0.0), (y - side * 0.6).max(0.0));
        let review = engines.reviewer.review(&file.bytes);
        Ok(Self {
            head: Rect::new(x, y, side, side).expect("a square"),
            measurements: review.measurements().clone(),
            record: review.to_json("a", Lang::En),
            file,
            photo,
            analysis,
        })
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
        let mut bodies = file.bodies();
        for (name, from, to) in RESIZED {
            bodies.push(Body::new("resize", name, resize(photo, from, to)));
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
        let look = || detector.0.detect(photo, false).expect("faces");
        bodies.push(Body::new("face", "detector", look));
        let look = || detector.0.detect(photo, true).expect("faces");
        bodies.push(Body::new("face", "careful detector", look));
        if let Some(face) = subject.faces.first() {
            let look = || landmarks.0.landmarks(upright, face).expect("marks");
            bodies.push(Body::new("face", "landmarks", look));
        }
        let look = || person.0.person(upright).expect("a mask");
        bodies.push(Body::new("face", "person", look));
        let look = || classes.0.classes(upright, self.head, None).expect("masks");
        bodies.push(Body::new("face", "classes", look));
        let analyse = || analyser.analyse(photo.clone()).expect("faces");
        bodies.push(Body::new("face", "analyse", analyse));

        let measure = || shomei_framing::measure(subject, upright.frame());
        bodies.push(Body::new("framing", "measure", measure));
        let framing = shomei_framing::measure(subject, upright.frame());
        let printed = framing.and_then(|framing| upright.frame().rect(framing.printed?));
        let measure = move || shomei_background::measure(upright, subject, printed);
        bodies.push(Body::new("background", "measure", measure));
        let measure = || shomei_portrait::measure(upright, subject);
        bodies.push(Body::new("portrait", "measure", measure));
        let none = Waivers::default();
        let judge = move || shomei_verdict::judge(&self.measurements, policy, &none);
        bodies.push(Body::new("verdict", "judge", judge));
        let review = || reviewer.review(&file.bytes);
        bodies.push(Body::new("review", "review", review));
        let again = || {
            let stored = StoredReview::from_json(self.record.as_bytes()).expect("a record");
            stored.judge_again(policy, Lang::En)
        };
        bodies.push(Body::new("judge", "stored review", again));
        bodies
    }
}

/// Width and height.
type Sides = (u32, u32);

/// What is resized, from and to: what [`shomei_decode`] shrinks a decoded picture from, a 12 MP
/// photo at ⅛ or a 1 MP photo at ½, and what the networks take.
const RESIZED: [(&str, Sides, Sides); 4] = [
    ("392x504 to working size", (392, 504), (373, 480)),
    ("450x579 to working size", (450, 579), (373, 480)),
    ("working size to detector", (373, 480), (124, 160)),
    ("working size to person", (373, 480), (256, 256)),
];

/// The resizing that the stages do, without the stages: the same call of the same library.
fn resize(photo: &Photo, from: Sides, to: Sides) -> impl FnMut() -> Vec<u8> + use<> {
    let stretch = |rgb: &[u8], from: ImageSize, (width, height): Sides| {
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
    move || stretch(&source, size, to)
}
