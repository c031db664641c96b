//! Programs measured side by side: in turns, so that what else the machine does meets all of them alike.

use std::time::Duration;

use bellwether_testkit::process::Finished;

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    /// In bytes.
    pub(crate) max_rss: u64,
}

impl From<&Finished> for Sample {
    fn from(done: &Finished) -> Self {
        Self { wall: done.wall, cpu: done.cpu, max_rss: done.max_rss }
    }
}

/// A quantity of a sample, as a number.
pub(crate) type Quantity = fn(&Sample) -> f64;

pub(crate) fn wall(sample: &Sample) -> f64 {
    sample.wall.as_secs_f64()
}

pub(crate) fn cpu(sample: &Sample) -> f64 {
    sample.cpu.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "no program here has 2^53 bytes")]
pub(crate) fn memory(sample: &Sample) -> f64 {
    sample.max_rss as f64
}

/// A program under measurement: what its row is called, and one run of it, whose number it is given.
pub(crate) struct Program<'a> {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn FnMut(usize) -> Finished + 'a>,
}

impl<'a> Program<'a> {
    pub(crate) fn new(name: &'static str, run: impl FnMut(usize) -> Finished + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// The samples of a program, one of each round.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) samples: Vec<Sample>,
}

/// Runs the programs in turns: first so many rounds to warm up, which do not count, then the rounds themselves. Each
/// run is given its number; the numbers begin at 0 with the warm-up.
pub(crate) fn in_turns<'a>(
    warm_up: usize,
    rounds: usize,
    programs: impl IntoIterator<Item = Program<'a>>,
) -> Vec<Series> {
    let (mut programs, mut all): (Vec<_>, Vec<_>) =
        programs.into_iter().map(|it| (Series { name: it.name, samples: Vec::new() }, it)).map(|(s, p)| (p, s)).unzip();
    for round in 0..warm_up + rounds {
        for (program, series) in programs.iter_mut().zip(&mut all) {
            let sample = Sample::from(&(program.run)(round));
            if round >= warm_up {
                series.samples.push(sample);
            }
        }
    }
    all
}

impl Series {
    /// The median of a quantity.
    pub(crate) fn median(&self, quantity: Quantity) -> f64 {
        median(self.samples.iter().map(quantity))
    }

    /// How many times our quantity the peer's is: the median over the rounds.
    pub(crate) fn ratio(&self, peer: &Self, quantity: Quantity) -> f64 {
        median(self.pairs(peer).map(|(ours, theirs)| quantity(theirs) / quantity(ours)))
    }

    /// How much more we take than the bare command: the median over the rounds.
    pub(crate) fn added(&self, bare: &Self, quantity: Quantity) -> f64 {
        median(self.pairs(bare).map(|(ours, bare)| quantity(ours) - quantity(bare)))
    }

    fn pairs<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Sample, &'a Sample)> {
        self.samples.iter().zip(&other.samples)
    }
}

/// The middle one, or the mean of the middle two.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}
