//! The ports that are closed to new connections.

use std::fmt;

/// TCP ports, one at least, each once, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<u16>);

/// Why numbers are no ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PortsError {
    /// Nothing to close.
    #[error("no port is given; name one at least, from 1 to 65535")]
    Empty,
    /// Port 0, which means any port to the system and never is one.
    #[error("0 is no port; ports go from 1 to 65535")]
    Zero,
}

impl Ports {
    /// Takes ports in any order; one given twice counts once.
    ///
    /// # Errors
    /// When there is none, or one is 0.
    pub fn new(numbers: impl IntoIterator<Item = u16>) -> Result<Self, PortsError> {
        let mut ports: Vec<u16> = numbers.into_iter().collect();
        ports.sort_unstable();
        ports.dedup();
        match ports.first() {
            None => Err(PortsError::Empty),
            Some(0) => Err(PortsError::Zero),
            Some(_) => Ok(Self(ports)),
        }
    }

    /// The ports in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().copied()
    }
}

impl fmt::Display for Ports {
    /// `80, 443`, which is also how nftables wants it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, port) in self.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{port}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_port_counts_once_and_in_order() {
        let ports = Ports::new([443, 80, 443, 65_535, 1]).unwrap();
        assert_eq!(ports.iter().collect::<Vec<_>>(), [1, 80, 443, 65_535]);
        assert_eq!(ports.to_string(), "1, 80, 443, 65535");
    }

    #[test]
    fn nothing_and_zero_are_refused() {
        assert_eq!(Ports::new([]), Err(PortsError::Empty));
        assert_eq!(Ports::new([80, 0]), Err(PortsError::Zero));
    }
}
