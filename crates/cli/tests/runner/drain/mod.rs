//! `bellwether lb drain`, `undrain` and `--wait`: load balancers that take their time, kills, and what goes wrong.

mod crashes;
mod faults;
mod identity;
mod journal;
mod leaving;
mod stops;
mod support;
mod wait;
