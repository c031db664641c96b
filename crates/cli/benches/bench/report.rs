//! What is printed: aligned tables, and whether each requirement is met.

use std::process::ExitCode;

use crate::measure::{Series, cpu, memory, wall};

const MIB: f64 = 1024.0 * 1024.0;

/// Begins a scenario.
pub(crate) fn heading(text: &str) {
    println!("\n{text}");
}

/// Prints what the figures of a scenario depend on.
pub(crate) fn remark(text: &str) {
    println!("  {text}");
}

/// Prints rows below a heading: the first column to the left, the others to the right.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) {
    let widths: Vec<usize> = (0..heading.len())
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([heading[column].len()]).max().unwrap_or_default()
        })
        .collect();
    let print = |cells: Vec<&str>| {
        let cells = cells.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    };
    print(heading.to_vec());
    rows.iter().for_each(|row| print(row.iter().map(String::as_str).collect()));
}

pub(crate) fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}

pub(crate) fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / MIB)
}

pub(crate) fn times(ratio: f64) -> String {
    format!("{ratio:.1}x")
}

/// Name, runs and medians of a program.
pub(crate) fn medians(series: &Series) -> Vec<String> {
    vec![
        series.name.clone(),
        series.samples.len().to_string(),
        milliseconds(series.median(wall)),
        milliseconds(series.median(cpu)),
        mebibytes(series.median(memory)),
    ]
}

/// The requirements so far.
#[derive(Debug, Default)]
pub(crate) struct Requirements {
    met: usize,
    missed: usize,
}

impl Requirements {
    /// Notes whether a requirement is met, and prints it with what was measured.
    pub(crate) fn note(&mut self, met: bool, what: &str, measured: &str) {
        *if met { &mut self.met } else { &mut self.missed } += 1;
        println!("  {} {what}: {measured}", if met { "PASS " } else { "BELOW" });
    }

    /// A quantity of the peer that must be so many times ours.
    pub(crate) fn at_least(&mut self, what: &str, ratio: f64, wanted: f64) {
        self.note(ratio >= wanted, what, &format!("{} (wanted: at least {})", times(ratio), times(wanted)));
    }

    /// Sums up; the exit status tells whether all are met.
    pub(crate) fn conclude(self) -> ExitCode {
        println!("\n{} requirements met, {} missed", self.met, self.missed);
        if self.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
