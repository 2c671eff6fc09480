//! Our JPEG decoder beside others on the same bytes.
#![expect(
    clippy::expect_used,
    reason = "benchmarks stop at a file that they were not made for"
)]

use cpu_time::ThreadTime;
use shomei_jpeg::{Buffers, File, Limits, Precision, Process, Scale};

use crate::cpu::median;

/// The environment variable that names a folder with the corpus.
pub const CORPUS: &str = "SHOMEI_JPEG_CORPUS";

/// A decoder's name, and one decode of the file, which gives the width.
pub type Decoder<'f> = (&'static str, Box<dyn FnMut() -> usize + 'f>);

/// Ours first, then its peers: libjpeg-turbo itself only with the feature `peers`.
///
/// # Panics
/// When called, if the file is damaged.
#[must_use]
pub fn decoders(file: &[u8], scale: Scale, precision: Precision) -> Vec<Decoder<'_>> {
    let mut buffers = Buffers::new();
    let mut list: Vec<Decoder<'_>> = Vec::new();
    list.push((
        "shomei",
        Box::new(move || {
            let file = File::open(file, &Limits::default()).expect("a sound file");
            let picture = file.decode(scale, precision, &mut buffers);
            let picture = picture.expect("a sound file");
            assert!(picture.damage.is_empty());
            picture.width
        }),
    ));
    #[cfg(feature = "peers")]
    for (name, scale) in [
        ("libjpeg-turbo scaled", scale),
        ("libjpeg-turbo full", Scale::Full),
    ] {
        let mut decompressor = turbojpeg::Decompressor::new().expect("libjpeg-turbo");
        let factor = turbojpeg::ScalingFactor::new(1, 8 / scale.eighths() as usize);
        let mut pixels = Vec::new();
        list.push((
            name,
            Box::new(move || {
                decompressor.set_scaling_factor(factor).expect("a scale");
                let header = decompressor
                    .read_header(file)
                    .expect("a sound file")
                    .scaled(factor);
                pixels.resize(header.width * header.height * 3, 0);
                let image = turbojpeg::Image {
                    pixels: pixels.as_mut_slice(),
                    width: header.width,
                    pitch: header.width * 3,
                    height: header.height,
                    format: turbojpeg::PixelFormat::RGB,
                };
                decompressor.decompress(file, image).expect("a sound file");
                header.width
            }),
        ));
    }
    list.push((
        "libjpeg-turbo-rs scaled",
        Box::new(move || {
            use libjpeg_turbo_rs::{PixelFormat, ScalingFactor, StreamingDecoder};
            let mut decoder = StreamingDecoder::new(file).expect("a sound file");
            decoder.set_output_format(PixelFormat::Rgb);
            decoder.set_scale(ScalingFactor::try_new(1, 8 / scale.eighths()).expect("a scale"));
            decoder.decode().expect("a sound file").width
        }),
    ));
    list.push((
        "jpeg-decoder scaled",
        Box::new(move || {
            let mut decoder = jpeg_decoder::Decoder::new(file);
            decoder.read_info().expect("a sound file");
            let info = decoder.info().expect("a header");
            let eighths = scale.eighths() as u16;
            let width = (info.width as u32 * u32::from(eighths)).div_ceil(8) as u16;
            let height = (info.height as u32 * u32::from(eighths)).div_ceil(8) as u16;
            let (width, _) = decoder.scale(width, height).expect("a scale");
            decoder.decode().expect("a sound file");
            usize::from(width)
        }),
    ));
    list.push((
        "image full",
        Box::new(move || {
            let image = image::load_from_memory_with_format(file, image::ImageFormat::Jpeg);
            image.expect("a sound file").width() as usize
        }),
    ));
    list
}

/// Times of all decoders on one file at one scale.
#[derive(Debug)]
pub struct Paired {
    /// The peers' names.
    pub peers: Vec<&'static str>,
    /// Our median and least time in milliseconds.
    pub ours: (f64, f64),
    /// By peer: the median over rounds of its time divided by ours in the same round.
    pub ratios: Vec<f64>,
}

/// Thread CPU time; in every round each decoder decodes the file once, in an order that rotates
/// from round to round. One round more, for buffers and caches, is not counted.
///
/// # Panics
/// If the file is damaged.
#[must_use]
pub fn paired(file: &[u8], scale: Scale, precision: Precision, rounds: usize) -> Paired {
    let mut list = decoders(file, scale, precision);
    let count = list.len();
    let mut times = vec![vec![0f64; rounds]; count];
    for round in 0..=rounds {
        for turn in 0..count {
            let which = (round + turn) % count;
            let start = ThreadTime::now();
            std::hint::black_box((list[which].1)());
            let time = start.elapsed();
            if round > 0 {
                times[which][round - 1] = time.as_secs_f64() * 1e3;
            }
        }
    }
    let least = times[0].iter().copied().fold(f64::INFINITY, f64::min);
    Paired {
        peers: list.iter().skip(1).map(|(name, _)| *name).collect(),
        ours: (median(times[0].clone()), least),
        ratios: times[1..]
            .iter()
            .map(|theirs| median(theirs.iter().zip(&times[0]).map(|(a, b)| a / b).collect()))
            .collect(),
    }
}

/// The scales and precisions that are measured of a file.
#[must_use]
pub fn cases(file: &[u8]) -> Vec<(Scale, Precision)> {
    let progressive = File::open(file, &Limits::default())
        .is_ok_and(|file| file.header().process == Process::Progressive);
    let mut cases = Vec::new();
    for scale in [Scale::Eighth, Scale::Quarter, Scale::Half] {
        cases.push((scale, Precision::Exact));
        if progressive && scale < Scale::Half {
            cases.push((scale, Precision::Draft));
        }
        if progressive && scale == Scale::Eighth {
            cases.push((scale, Precision::Checked));
        }
    }
    cases
}

/// How a case is called: `1/8`, `1/4 draft`.
#[must_use]
pub fn case_name(scale: Scale, precision: Precision) -> String {
    let precision = match precision {
        Precision::Draft => " draft",
        Precision::Checked => " checked",
        Precision::Exact => "",
    };
    format!("1/{}{precision}", 8 / scale.eighths())
}

/// Heading of a table of [`row`]s.
#[must_use]
pub fn heading(paired: &Paired) -> String {
    format!(
        "| file | scale | ours, ms (median/least) | {} |\n|---|---|---|{}",
        paired.peers.join(" | "),
        "---|".repeat(paired.peers.len())
    )
}

/// Row of a Markdown table.
#[must_use]
pub fn row(name: &str, case: &str, paired: &Paired) -> String {
    let ratios: Vec<_> = paired.ratios.iter().map(|r| format!("{r:.2}")).collect();
    let (median, least) = paired.ours;
    let ratios = ratios.join(" | ");
    format!("| {name} | {case} | {median:.2}/{least:.2} | {ratios} |")
}

/// The JPEGs of the folder that [`CORPUS`] names, or, if it is not set, a baseline and a
/// progressive photo of `testdata/photos`: names and bytes.
///
/// # Errors
/// If they cannot be read.
pub fn corpus() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    match std::env::var_os(CORPUS) {
        Some(folder) => folder_of_jpegs(folder.as_ref()),
        None => ["accept_studio_man_01.jpg", "accept_progressive.jpg"]
            .into_iter()
            .map(|name| Ok((name.to_owned(), crate::photo(name)?)))
            .collect(),
    }
}

/// The files of a folder that begin as JPEGs do, by name.
///
/// # Errors
/// If they cannot be read.
pub fn folder_of_jpegs(folder: &std::path::Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let bytes = std::fs::read(&path)?;
            if bytes.starts_with(&[0xFF, 0xD8]) {
                let name = path.file_stem().unwrap_or_default();
                files.push((name.to_string_lossy().into_owned(), bytes));
            }
        }
    }
    files.sort();
    Ok(files)
}
