//! From words and signs to an expression.

use super::bounds::{DEEPEST, LONGEST, MOST_PATTERNS};
use super::error::{FilterProblem, Found};
use super::expression::{Expression, Operand, Test};
use super::pattern::Pattern;
use super::token::{Operator, Token, Tokens};

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Expression, Found> {
    if text.len() > LONGEST {
        return Err(Found { problem: FilterProblem::TooLong(text.len()), at: 0 });
    }
    if text.trim().is_empty() {
        return Err(Found { problem: FilterProblem::Empty, at: 0 });
    }
    let mut tokens = Tokens::new(text);
    let (next, at) = tokens.next()?;
    let mut parser = Parser { tokens, next, at, depth: 0, patterns: 0 };
    let expression = parser.any()?;
    match parser.next {
        Token::End => Ok(expression),
        _ => Err(parser.wrong(FilterProblem::Unconnected(parser.next.to_string()))),
    }
}

/// Looks one token ahead.
struct Parser<'a> {
    tokens: Tokens<'a>,
    next: Token,
    /// Where the next token begins.
    at: usize,
    depth: usize,
    patterns: usize,
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, Found> {
        let (next, at) = self.tokens.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn wrong(&self, problem: FilterProblem) -> Found {
        Found { problem, at: self.at }
    }

    fn any(&mut self) -> Result<Expression, Found> {
        let mut parts = vec![self.all()?];
        while self.next == Token::Or {
            self.advance()?;
            parts.push(self.all()?);
        }
        Ok(Expression::any(parts))
    }

    fn all(&mut self) -> Result<Expression, Found> {
        let mut parts = vec![self.negated()?];
        while self.next == Token::And {
            self.advance()?;
            parts.push(self.negated()?);
        }
        Ok(Expression::all(parts))
    }

    /// Any number of `not`, without going deeper for each.
    fn negated(&mut self) -> Result<Expression, Found> {
        let mut is_negated = false;
        while self.next == Token::Not {
            self.advance()?;
            is_negated = !is_negated;
        }
        let condition = self.condition()?;
        Ok(if is_negated { Expression::Not(Box::new(condition)) } else { condition })
    }

    fn condition(&mut self) -> Result<Expression, Found> {
        match &self.next {
            Token::Open => self.parenthesized(),
            Token::Star => self.advance().map(|_| Expression::Everything),
            Token::Word(_) | Token::Quoted(_) => self.test(),
            other => Err(self.wrong(FilterProblem::MissingName(other.to_string()))),
        }
    }

    fn parenthesized(&mut self) -> Result<Expression, Found> {
        let open = self.at;
        if self.depth == DEEPEST {
            return Err(self.wrong(FilterProblem::TooDeep));
        }
        self.depth += 1;
        self.advance()?;
        let inner = self.any()?;
        self.depth -= 1;
        match self.next {
            Token::Close => self.advance().map(|_| inner),
            Token::End => Err(Found { problem: FilterProblem::UnclosedParenthesis, at: open }),
            _ => Err(self.wrong(FilterProblem::Unconnected(self.next.to_string()))),
        }
    }

    fn test(&mut self) -> Result<Expression, Found> {
        let name = self.operand()?.text;
        let Token::Operator(operator) = self.next else { return Ok(Expression::Present(name)) };
        self.advance()?;
        let at = self.at;
        let value = self.operand()?;
        let test = match operator {
            Operator::Matches | Operator::MatchesNot => Test::Matches(self.pattern(&value.text, at)?),
            Operator::Equal | Operator::NotEqual => Test::Equal(value),
            Operator::Less => Test::Ordered(|order| order.is_lt(), value),
            Operator::AtMost => Test::Ordered(|order| order.is_le(), value),
            Operator::Greater => Test::Ordered(|order| order.is_gt(), value),
            Operator::AtLeast => Test::Ordered(|order| order.is_ge(), value),
        };
        let test = Expression::Test(name, test);
        let is_negated = matches!(operator, Operator::NotEqual | Operator::MatchesNot);
        Ok(if is_negated { Expression::Not(Box::new(test)) } else { test })
    }

    /// A name or value.
    fn operand(&mut self) -> Result<Operand, Found> {
        let operand = match &self.next {
            Token::Word(text) => Operand { text: text.clone(), is_quoted: false },
            Token::Quoted(text) => Operand { text: text.clone(), is_quoted: true },
            other => return Err(self.wrong(FilterProblem::MissingValue(other.to_string()))),
        };
        self.advance()?;
        Ok(operand)
    }

    fn pattern(&mut self, text: &str, at: usize) -> Result<Pattern, Found> {
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            return Err(Found { problem: FilterProblem::TooManyPatterns, at });
        }
        Pattern::new(text).map_err(|why| Found { problem: FilterProblem::Pattern(why), at })
    }
}
