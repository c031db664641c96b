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
    /// From the start of the program to that of its command, when the command has told.
    pub(crate) reach: Option<Duration>,
}

impl From<Finished> for Sample {
    fn from(done: Finished) -> Self {
        Self { wall: done.wall, cpu: done.cpu, max_rss: done.max_rss, reach: None }
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

pub(crate) fn reach(sample: &Sample) -> f64 {
    sample.reach.expect("a command that tells when it started").as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "no program here has 2^53 bytes")]
pub(crate) fn memory(sample: &Sample) -> f64 {
    sample.max_rss as f64
}

/// A program under measurement: what its row is called, and one run of it, whose number it is given.
pub(crate) struct Program<'a> {
    pub(crate) name: String,
    pub(crate) run: Box<dyn FnMut(usize) -> Sample + 'a>,
}

impl<'a> Program<'a> {
    pub(crate) fn new<S: Into<Sample>>(name: impl Into<String>, mut run: impl FnMut(usize) -> S + 'a) -> Self {
        Self { name: name.into(), run: Box::new(move |round| run(round).into()) }
    }
}

/// The samples of a program, one of each round.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) samples: Vec<Sample>,
}

/// Runs the programs in turns: first so many rounds to warm up, which do not count, then the rounds themselves. Each
/// run is given its number; the numbers begin at 0 with the warm-up.
pub(crate) fn in_turns<'a>(
    warm_up: usize,
    rounds: usize,
    programs: impl IntoIterator<Item = Program<'a>>,
) -> Vec<Series> {
    let (mut programs, mut all): (Vec<_>, Vec<_>) = programs
        .into_iter()
        .map(|it| (Series { name: it.name.clone(), samples: Vec::new() }, it))
        .map(|(s, p)| (p, s))
        .unzip();
    for round in 0..warm_up + rounds {
        for (program, series) in programs.iter_mut().zip(&mut all) {
            let sample = (program.run)(round);
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

    /// What so many of a hundred runs do not exceed.
    pub(crate) fn percentile(&self, percent: usize, quantity: Quantity) -> f64 {
        let mut sorted: Vec<f64> = self.samples.iter().map(quantity).collect();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
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
