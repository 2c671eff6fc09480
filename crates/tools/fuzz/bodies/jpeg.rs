//! A sound header made of the input, and the rest of the input as entropy-coded data: the header
//! is read as it was written, and whatever follows is survived at every scale, the same in new
//! buffers as in used ones.

use std::cell::RefCell;

use arbitrary::{Arbitrary, Result, Unstructured};
use shomei_jpeg::{Buffers, File, Limits, Precision, Process, Scale};

use super::decode::holds as decoded;
use super::tools;

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::new(Buffers::new());
}

/// What the header of a file says.
#[derive(Debug)]
struct Frame {
    process: Process,
    width: u16,
    height: u16,
    /// Horizontal and vertical sampling of each component.
    factors: Vec<(u8, u8)>,
    restart: u16,
}

pub(crate) fn run(data: &[u8]) {
    let Ok((frame, file)) = made(&mut Unstructured::new(data)) else {
        return;
    };
    let opened = File::open(&file, &Limits::default());
    let opened = opened.unwrap_or_else(|error| panic!("{error}: {frame:?}"));
    let header = opened.header();
    assert_eq!(
        (header.width, header.height),
        (u32::from(frame.width), u32::from(frame.height))
    );
    assert_eq!(header.process, frame.process);
    assert_eq!(header.restart_interval, frame.restart);
    let factors = header.components.iter();
    let factors: Vec<_> = factors.map(|c| (c.horizontal, c.vertical)).collect();
    if let [only] = *factors {
        // Relative to itself alone.
        assert_eq!(only, (1, 1));
    } else {
        assert_eq!(factors, frame.factors);
    }

    BUFFERS.with_borrow_mut(|used| {
        for scale in Scale::ALL {
            for precision in [Precision::Exact, Precision::Draft, Precision::Checked] {
                decoded(&file, scale, precision, used);
            }
        }
        let mut new = Buffers::new();
        let (again, fresh) = (
            opened.decode(Scale::Full, Precision::Exact, used),
            opened.decode(Scale::Full, Precision::Exact, &mut new),
        );
        match (again, fresh) {
            (Ok(again), Ok(fresh)) => {
                assert_eq!(again.damage, fresh.damage);
                assert!(again.pixels.to_rgb() == fresh.pixels.to_rgb());
            }
            (again, fresh) => assert_eq!(again.err(), fresh.err()),
        }
    });
}

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend([0xFF, marker]);
    file.extend((content.len() as u16 + 2).to_be_bytes());
    file.extend(content);
}

fn made(input: &mut Unstructured<'_>) -> Result<(Frame, Vec<u8>)> {
    let process = *input.choose(&[Process::Baseline, Process::Extended, Process::Progressive])?;
    // Sides of a whole picture of blocks and such that end inside one.
    let (width, height) = (input.int_in_range(1..=80)?, input.int_in_range(1..=80)?);
    let components = *input.choose(&[1u8, 3, 3])?;
    // Ten blocks a unit are allowed.
    let mut factors = vec![(*input.choose(&[1, 2, 4])?, *input.choose(&[1, 2])?)];
    factors.resize(usize::from(components), (1, 1));
    if factors[0].0 < 4 && components == 3 {
        factors[1] = (*input.choose(&[1, 2])?, 1);
        factors[2] = (1, *input.choose(&[1, 2])?);
    }
    let restart = *input.choose(&[0, 0, 0, 1, 2, 7, 300])?;
    let frame = Frame {
        process,
        width,
        height,
        factors,
        restart,
    };

    let mut file = vec![0xFF, 0xD8];
    for table in 0..2 {
        let mut content = vec![table];
        let step = input.int_in_range(1..=255)?;
        content.extend([step; 64]);
        segment(&mut file, 0xDB, &content);
    }
    for class in [0x00, 0x10] {
        for table in 0..2 {
            segment(&mut file, 0xC4, &codes(input, class | table)?);
        }
    }
    if frame.restart > 0 {
        segment(&mut file, 0xDD, &frame.restart.to_be_bytes());
    }
    let mut content = vec![8];
    content.extend(frame.height.to_be_bytes());
    content.extend(frame.width.to_be_bytes());
    content.push(components);
    for (number, &(h, v)) in (1..).zip(&frame.factors) {
        content.extend([number, h << 4 | v, number & 1]);
    }
    let marker = match frame.process {
        Process::Baseline => 0xC0,
        Process::Extended => 0xC1,
        _ => 0xC2,
    };
    segment(&mut file, marker, &content);

    for number in 0..input.int_in_range(1..=8)? {
        scan(input, &mut file, &frame, number)?;
    }
    if input.ratio(7, 8)? {
        file.extend([0xFF, 0xD9]);
    }
    Ok((frame, file))
}

/// A Huffman table that is complete or short of it, never more.
fn codes(input: &mut Unstructured<'_>, place: u8) -> Result<Vec<u8>> {
    let mut counts = [0u8; 16];
    // Codes of this length that are left; the one of all ones stays free.
    let mut left = 1u32;
    let mut symbols = 0;
    for count in &mut counts {
        left *= 2;
        let most = (left - 1).min(if place < 0x10 { 12 } else { 250 } - symbols);
        *count = input.int_in_range(0..=most.min(40))? as u8;
        left -= u32::from(*count);
        symbols += u32::from(*count);
    }
    if symbols == 0 {
        counts[1] = 1;
        symbols = 1;
    }
    let mut content = vec![place];
    content.extend(counts);
    for _ in 0..symbols {
        let symbol = u8::arbitrary(input)?;
        // A DC symbol is a number of bits.
        content.push(if place < 0x10 { symbol % 12 } else { symbol });
    }
    Ok(content)
}

fn scan(
    input: &mut Unstructured<'_>,
    file: &mut Vec<u8>,
    frame: &Frame,
    number: usize,
) -> Result<()> {
    let components = frame.factors.len() as u8;
    let progressive = frame.process == Process::Progressive;
    let first = number == 0;
    // The first scan holds the DC of all, so that most files are a picture.
    let (start, end) = if !progressive {
        (0, 63)
    } else if first || input.ratio(1, 4)? {
        (0, 0)
    } else {
        let start = input.int_in_range(1..=63)?;
        (start, input.int_in_range(start..=63)?)
    };
    let all = start == 0 && (first || input.arbitrary()?);
    let named: Vec<u8> = if all {
        (1..=components).collect()
    } else {
        vec![input.int_in_range(1..=components)?]
    };
    let (high, low) = match (progressive, input.int_in_range(0..=3)?) {
        (false, _) => (0, 0),
        (true, 3) => (0, 0),
        (true, low) if first => (0, low),
        (true, low) => (if input.arbitrary()? { low + 1 } else { 0 }, low),
    };
    let mut content = vec![named.len() as u8];
    for component in named {
        content.extend([component, input.int_in_range(0..=1)? * 0x11]);
    }
    content.extend([start, end, high << 4 | low]);
    segment(file, 0xDA, &content);

    let mut restarts = 0;
    for &byte in tools::bytes(input, 600)? {
        file.push(byte);
        if byte == 0xFF {
            file.push(0);
        }
        // About where an encoder might put one.
        if frame.restart > 0 && byte == 0xD0 {
            file.extend([0xFF, 0xD0 | restarts]);
            restarts = (restarts + 1) & 7;
        }
    }
    Ok(())
}
