//! How large a filter may be. Filters come from the network: reading and judging one must cost little.

/// The longest text, in bytes.
pub const LONGEST: usize = 8_192;
/// How deep parentheses may lie within each other.
pub const DEEPEST: usize = 64;
/// The most regular expressions.
pub const MOST_PATTERNS: usize = 16;
/// The most memory that a regular expression may take when it is compiled, in bytes, and again while it is searched.
pub const PATTERN_MEMORY: usize = 256 * 1_024;
