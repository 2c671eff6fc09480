//! Decoding time beside other decoders.
//!
//! ```text
//! cargo run --release -p shomei-benches --features peers --bin jpeg_speed -- FOLDER [ROUNDS] [FILTER]
//! ```
//!
//! Thread CPU time; in every round each decoder decodes the file once, in an order that rotates
//! from round to round. Printed are our median and least time in milliseconds, and for each peer
//! the median over rounds of its time divided by ours in the same round.
#![allow(
    clippy::expect_used,
    reason = "a program for people, which stops at a file that it was not made for"
)]
#![allow(clippy::print_stdout, reason = "a program for people")]
#![allow(
    clippy::cast_possible_truncation,
    reason = "widths and heights fit in 16 bits"
)]

use std::time::Duration;

use cpu_time::ThreadTime;
use shomei_jpeg::{Buffers, Options, Precision, Scale, decode};

type Decoder<'f> = (&'static str, Box<dyn FnMut() -> usize + 'f>);

fn decoders(file: &[u8], scale: Scale, precision: Precision) -> Vec<Decoder<'_>> {
    let mut buffers = Buffers::new();
    let options = Options::new(scale).precision(precision);
    let mut list: Vec<Decoder<'_>> = Vec::new();
    list.push((
        "shomei",
        Box::new(move || {
            let picture = decode(file, &options, &mut buffers).expect("a sound file");
            assert!(picture.damage.is_empty());
            picture.width
        }),
    ));
    #[cfg(feature = "peers")]
    {
        let mut decompressor = turbojpeg::Decompressor::new().expect("libjpeg-turbo");
        let factor = turbojpeg::ScalingFactor::new(1, 8 / scale.eighths() as usize);
        let mut pixels = Vec::new();
        list.push((
            "libjpeg-turbo scaled",
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let rounds: usize = arguments.next().map_or(9, |n| n.parse().expect("a number"));
    let filter = arguments.next().unwrap_or_default();
    let mut files: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains(&filter))
        .collect();
    files.sort();
    let mut heading = true;
    for path in files {
        let file = std::fs::read(&path)?;
        let progressive = path.to_string_lossy().contains("progressive");
        let cases = [Scale::Eighth, Scale::Quarter, Scale::Half]
            .into_iter()
            .flat_map(|scale| {
                let exact = Some((scale, Precision::Exact));
                let draft =
                    (progressive && scale < Scale::Half).then_some((scale, Precision::Draft));
                exact.into_iter().chain(draft)
            });
        for (scale, precision) in cases {
            let mut list = decoders(&file, scale, precision);
            let count = list.len();
            let mut times = vec![vec![0f64; rounds]; count];
            // One round more, for buffers and caches, which is not counted.
            for round in 0..=rounds {
                for turn in 0..count {
                    let which = (round + turn) % count;
                    let start = ThreadTime::now();
                    std::hint::black_box((list[which].1)());
                    let time: Duration = start.elapsed();
                    if round > 0 {
                        times[which][round - 1] = time.as_secs_f64() * 1e3;
                    }
                }
            }
            if heading {
                heading = false;
                let names: Vec<_> = list.iter().skip(1).map(|(name, _)| *name).collect();
                println!(
                    "| file | scale | ours, ms (median/least) | {} |",
                    names.join(" | ")
                );
                println!("|---|---|---|{}", "---|".repeat(names.len()));
            }
            let least = times[0].iter().copied().fold(f64::INFINITY, f64::min);
            let ratios: Vec<String> = times[1..]
                .iter()
                .map(|theirs| {
                    let paired = theirs.iter().zip(&times[0]).map(|(a, b)| a / b).collect();
                    format!("{:.2}", median(paired))
                })
                .collect();
            println!(
                "| {} | 1/{}{} | {:.2}/{least:.2} | {} |",
                path.file_stem().unwrap_or_default().to_string_lossy(),
                8 / scale.eighths(),
                if precision == Precision::Draft {
                    " draft"
                } else {
                    ""
                },
                median(times[0].clone()),
                ratios.join(" | "),
            );
        }
    }
    Ok(())
}
