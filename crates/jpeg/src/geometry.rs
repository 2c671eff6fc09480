//! Output scales, and how frame, MCUs, blocks and sample planes relate (ITU T.81 A.1, A.2).
#![allow(
    clippy::cast_possible_truncation,
    reason = "a scale makes lengths smaller"
)]

use crate::error::Unsupported;
use crate::header::Header;

/// The size of the output relative to the coded picture.
///
/// Each output sample is the mean of the coded samples that it covers: the inverse transform is
/// evaluated for the means directly, so a smaller scale costs less and needs no low-pass filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// 1/8: one sample of each block.
    Eighth,
    /// 1/4: 2×2 samples of each block.
    Quarter,
    /// 1/2: 4×4 samples of each block.
    Half,
    /// As coded.
    Full,
}

impl Scale {
    /// All scales, from the smallest.
    pub const ALL: [Self; 4] = [Self::Eighth, Self::Quarter, Self::Half, Self::Full];

    /// Output samples along one side of a block of 8: 1, 2, 4 or 8.
    #[must_use]
    pub const fn eighths(self) -> u32 {
        match self {
            Self::Eighth => 1,
            Self::Quarter => 2,
            Self::Half => 4,
            Self::Full => 8,
        }
    }

    /// Length in output pixels of `length` coded pixels, rounded up as libjpeg does.
    #[must_use]
    pub const fn apply(self, length: u32) -> u32 {
        (length as u64 * self.eighths() as u64).div_ceil(8) as u32
    }

    /// The smallest scale at which the longer side is at least `side` pixels, or `Full`.
    ///
    /// ```
    /// use shomei_jpeg::Scale;
    /// assert_eq!(Scale::for_longer_side(3024, 4032, 480), Scale::Eighth); // 504
    /// assert_eq!(Scale::for_longer_side(900, 1200, 480), Scale::Half); // 600
    /// assert_eq!(Scale::for_longer_side(300, 400, 480), Scale::Full);
    /// ```
    #[must_use]
    pub fn for_longer_side(width: u32, height: u32, side: u32) -> Self {
        let longer = width.max(height);
        Self::ALL
            .into_iter()
            .find(|scale| scale.apply(longer) >= side)
            .unwrap_or(Self::Full)
    }
}

/// How one component is decoded at a scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    /// Blocks per MCU of an interleaved scan.
    pub(crate) h: usize,
    pub(crate) v: usize,
    /// Output samples along one side of a block: 1, 2, 4 or 8.
    pub(crate) size: usize,
    /// Blocks that the plane has room for: whole MCUs.
    pub(crate) blocks_x: usize,
    pub(crate) blocks_y: usize,
    /// Blocks that a scan of this component alone codes (A.2.2).
    pub(crate) own_x: usize,
    pub(crate) own_y: usize,
    /// Samples that belong to the picture.
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Plane {
    /// Samples from one row to the next.
    pub(crate) const fn stride(&self) -> usize {
        self.blocks_x * self.size
    }

    /// Samples that the plane has room for.
    pub(crate) const fn samples(&self) -> usize {
        self.stride() * self.blocks_y * self.size
    }

    /// Blocks that the plane has room for.
    pub(crate) const fn blocks(&self) -> usize {
        self.blocks_x * self.blocks_y
    }
}

/// How a frame is decoded at a scale.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Output size in pixels.
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) mcus_x: usize,
    pub(crate) mcus_y: usize,
    /// Largest sampling factors.
    pub(crate) h_max: usize,
    pub(crate) v_max: usize,
    /// The scale in eighths.
    pub(crate) scale: usize,
    /// One or three.
    pub(crate) planes: Vec<Plane>,
}

impl Layout {
    /// The layout of a supported frame.
    pub(crate) fn new(header: &Header, scale: Scale) -> Result<Self, Unsupported> {
        if let Some(unsupported) = header.unsupported() {
            return Err(unsupported);
        }
        let (width, height) = (header.width as usize, header.height as usize);
        let (h_max, v_max) = header.max_sampling();
        let (h_max, v_max) = (usize::from(h_max), usize::from(v_max));
        let eighths = scale.eighths() as usize;
        let mcus_x = width.div_ceil(8 * h_max);
        let mcus_y = height.div_ceil(8 * v_max);
        let plane = |h: usize, v: usize| {
            // A component that is subsampled in both directions is decoded at a larger scale
            // instead of being enlarged afterwards, as far as its blocks have the samples.
            let mut size = eighths;
            while size < 8
                && (h_max * eighths).is_multiple_of(h * size * 2)
                && (v_max * eighths).is_multiple_of(v * size * 2)
            {
                size *= 2;
            }
            Plane {
                h,
                v,
                size,
                blocks_x: mcus_x * h,
                blocks_y: mcus_y * v,
                own_x: (width * h).div_ceil(h_max).div_ceil(8),
                own_y: (height * v).div_ceil(v_max).div_ceil(8),
                width: (width * h * size).div_ceil(8 * h_max),
                height: (height * v * size).div_ceil(8 * v_max),
            }
        };
        Ok(Self {
            width: scale.apply(header.width) as usize,
            height: scale.apply(header.height) as usize,
            mcus_x,
            mcus_y,
            h_max,
            v_max,
            scale: eighths,
            planes: header
                .components
                .iter()
                .map(|c| plane(usize::from(c.horizontal), usize::from(c.vertical)))
                .collect(),
        })
    }
}
