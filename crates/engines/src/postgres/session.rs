//! The connection that is kept, and what one call on it may take and meet.

use std::sync::Arc;

use bellwether_core::store::StoreError;
use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

use super::address::Address;
use super::connect::{self, Link};
use super::failure::{self, Call};
use super::tls::Tls;
use super::{PostgresOptions, address};

/// How often a statement that lost against another is tried again.
const MOST_COLLISIONS: u32 = 5;

/// A parameter of a statement, with its type: so that nothing need be asked first.
pub(super) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// A database, and at most one connection to it.
pub(super) struct Session {
    address: Address,
    tls: Option<Tls>,
    options: PostgresOptions,
    link: Mutex<Option<Arc<Link>>>,
}

impl Session {
    /// Connects.
    pub(super) async fn open(address: Address, options: PostgresOptions) -> Result<Self, StoreError> {
        let tls = prepare_tls(&address.protection).await?;
        let link = connect::connect(&address, tls.as_ref(), options).await?;
        Ok(Self { address, tls, options, link: Mutex::new(Some(Arc::new(link))) })
    }

    /// Runs a statement and gives its rows, after its transaction has ended.
    pub(super) async fn query(
        &self,
        call: Call,
        what: &str,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let mut collisions = 0;
        let mut reconnected = false;
        loop {
            let link = self.link().await?;
            let answer = link.client.query_typed(statement, parameters);
            let error = match tokio::time::timeout(self.options.call_timeout, answer).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => error,
                Err(_) => {
                    self.give_up(&link).await;
                    return Err(failure::timed_out(call, what, self.options.call_timeout));
                }
            };
            if failure::ends_session(&error) {
                self.give_up(&link).await;
            }
            // A read that met a dead connection has done nothing; the server may be back.
            let is_worth_another = match call {
                Call::Read if is_broken(&error) && !reconnected => {
                    reconnected = true;
                    true
                }
                _ if failure::is_collision(&error) && collisions < MOST_COLLISIONS => {
                    collisions += 1;
                    true
                }
                _ => false,
            };
            if !is_worth_another {
                return Err(failure::statement(call, what, &error));
            }
        }
    }

    /// The connection, made anew when it has ended.
    async fn link(&self) -> Result<Arc<Link>, StoreError> {
        // So that nothing is sent to a server that has gone: at the first the runtime looks at the socket, at the
        // second the connection's task reads from it.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let mut kept = self.link.lock().await;
        if let Some(link) = kept.as_ref().filter(|link| !link.client.is_closed()) {
            return Ok(Arc::clone(link));
        }
        *kept = None;
        let link = Arc::new(connect::connect(&self.address, self.tls.as_ref(), self.options).await?);
        *kept = Some(Arc::clone(&link));
        Ok(link)
    }

    /// Ends a connection that answers no more, unless another call has done so.
    async fn give_up(&self, link: &Arc<Link>) {
        link.cut();
        let mut kept = self.link.lock().await;
        if kept.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, link)) {
            *kept = None;
        }
    }
}

/// Whether the connection, and not the server's judgement, is what failed.
fn is_broken(error: &Error) -> bool {
    error.as_db_error().is_none() || failure::ends_session(error)
}

/// The system's certificates are many: they are read away from the runtime's own thread.
async fn prepare_tls(protection: &address::Protection) -> Result<Option<Tls>, StoreError> {
    let wanted = protection.clone();
    let prepared = tokio::task::spawn_blocking(move || Tls::prepare(&wanted)).await;
    prepared.unwrap_or_else(|error| {
        let why = format!("the work was stopped: {error}");
        Err(StoreError::unavailable("preparing encryption to the PostgreSQL store", why, failure::RUN_AGAIN))
    })
}
