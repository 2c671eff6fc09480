//! The JFIF segment (ITU T.871 10.1).

/// The unit of a pixel density.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DensityUnit {
    /// None: the two numbers only give the shape of a pixel.
    Aspect,
    /// Dots per inch.
    PerInch,
    /// Dots per centimetre.
    PerCentimetre,
}

/// The JFIF APP0 segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Jfif {
    /// Major and minor version, as in 1.02.
    pub version: (u8, u8),
    /// Unit of the density; `None` for a value that JFIF does not know.
    pub unit: Option<DensityUnit>,
    /// Horizontal density.
    pub x_density: u16,
    /// Vertical density.
    pub y_density: u16,
}

impl Jfif {
    /// From what follows `JFIF\0`.
    pub(crate) fn parse(content: &[u8]) -> Option<Self> {
        let &[major, minor, unit, x_0, x_1, y_0, y_1] = content.first_chunk::<7>()?;
        Some(Self {
            version: (major, minor),
            unit: match unit {
                0 => Some(DensityUnit::Aspect),
                1 => Some(DensityUnit::PerInch),
                2 => Some(DensityUnit::PerCentimetre),
                _ => None,
            },
            x_density: u16::from_be_bytes([x_0, x_1]),
            y_density: u16::from_be_bytes([y_0, y_1]),
        })
    }
}
