//! Reading. Every read is consistent: it sees what was confirmed before it began.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use bellwether_core::claim::Record;
use bellwether_core::names::JobName;
use jiff::Timestamp;

use super::failure::{Trouble, failed, nonsense, unprocessed, unwritable};
use super::items::{RECORDED, Unusable, read_record};
use super::keys::{self, Item, JOBS, Key, Line, SORT};
use super::session::Session;
use crate::settings::Limits;

const GET: &str = "dynamodb:GetItem";
const BATCH_GET: &str = "dynamodb:BatchGetItem";
pub(super) const QUERY: &str = "dynamodb:Query";

/// More than any fleet has; a list that never ends must not fill the memory.
const MOST_JOBS: usize = 100_000;
/// A page has up to 1 MB of small items.
const MOST_PAGES: usize = 10_000;
/// How many records are asked for at once; they are small.
const RECORDS_AT_ONCE: usize = 100;
/// How often a batch may come back without any progress.
pub(super) const MOST_STANDSTILLS: u32 = 8;

/// The clock of the service, from the date of its answer.
#[derive(Debug, Clone, Default)]
struct AnswerDate(Arc<Mutex<Option<Timestamp>>>);

impl AnswerDate {
    fn get(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for AnswerDate {
    fn name(&self) -> &'static str {
        "AnswerDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|text| jiff::fmt::rfc2822::parse(text).ok()).map(|date| date.timestamp());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

impl Session {
    /// The item of a job's record, where there is one, and the service's clock.
    pub(super) async fn record(&self, job: &JobName) -> Result<(Option<Item>, Option<Timestamp>), Trouble> {
        let date = AnswerDate::default();
        let get = self.patient.get_item().table_name(&self.table).set_key(Some(Key::record(job).into_item()));
        let got = get.consistent_read(true).customize().interceptor(date.clone()).send().await.map_err(failed(GET))?;
        Ok((got.item, date.get()))
    }

    /// The records of all jobs, in the order of their names.
    pub(super) async fn records(&self) -> Result<Vec<(JobName, Record)>, Trouble> {
        let jobs = self.jobs().await?;
        let items = self.items(jobs.iter().map(Key::record).collect(), RECORDS_AT_ONCE).await?;
        let key = |item: Item| Key::of_item(&item).map(|key| (key.partition, item));
        let mut found: HashMap<String, Item> = items.into_iter().filter_map(key).collect();
        let mut records = Vec::with_capacity(jobs.len());
        for job in jobs {
            // A job may have history alone.
            let Some(item) = found.remove(&Key::record(&job).partition) else { continue };
            let of_job = |unusable: Unusable| Unusable { why: format!("job '{job}': {}", unusable.why), ..unusable };
            let (record, _) = read_record(&item).map_err(of_job)?;
            records.push((job, record));
        }
        Ok(records)
    }

    /// The names of all jobs, in their order.
    pub(super) async fn jobs(&self) -> Result<Vec<JobName>, Trouble> {
        let mut jobs = Vec::new();
        let mut start = None;
        loop {
            let query =
                self.query().key_condition_expression("pk = :pk").expression_attribute_values(":pk", text(JOBS));
            let (items, next) = page(query, start).await?;
            for item in items {
                jobs.push(job(&item)?);
            }
            if jobs.len() > MOST_JOBS {
                return Err(nonsense(QUERY, "there are more jobs than can be"));
            }
            start = next;
            if start.is_none() {
                return Ok(jobs);
            }
        }
    }

    /// The newest lines of a job's history before a place, the newest first, at most so many.
    pub(super) async fn newest(
        &self,
        job: &JobName,
        before: Option<&Line>,
        limit: usize,
    ) -> Result<Vec<Line>, Trouble> {
        let (bound, comparison) = keys::bound(before, job);
        let mut lines = Vec::new();
        let mut start = None;
        for _ in 0..MOST_PAGES {
            let missing = limit - lines.len();
            let query = self.lines(job, bound, comparison).scan_index_forward(false).limit(count(missing));
            let (items, next) = page(query, start).await?;
            lines.extend(as_lines(job, items)?.into_iter().take(missing));
            start = next;
            if start.is_none() || lines.len() == limit {
                return Ok(lines);
            }
        }
        Err(nonsense(QUERY, "the history does not end"))
    }

    /// A part of a job's lines of what was recorded before an instant, and where the next one begins. A part may be
    /// empty: lines are in the order of adding, so that all of them are looked at.
    pub(super) async fn recorded_before(
        &self,
        job: &JobName,
        before: Timestamp,
        start: Option<Item>,
    ) -> Result<(Vec<Line>, Option<Item>), Trouble> {
        let (all, comparison) = keys::bound(None, job);
        let query = self.lines(job, all, comparison).filter_expression("#recorded < :before");
        let query = query.expression_attribute_names("#recorded", RECORDED);
        let query = query.expression_attribute_values(":before", text(keys::time(before)));
        let (items, next) = page(query, start).await?;
        Ok((as_lines(job, items)?, next))
    }

    /// Those of these items that are there, in any order; so many are asked for at once, at most 100.
    pub(super) async fn items(&self, keys: Vec<Key>, at_once: usize) -> Result<Vec<Item>, Trouble> {
        let mut wanted: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let (mut found, mut standstills) = (Vec::new(), 0);
        while !wanted.is_empty() {
            let batch = wanted.split_off(wanted.len().saturating_sub(at_once));
            let asked = batch.len();
            let (items, left) = self.batch(batch).await?;
            if items.len() + left.len() > asked {
                return Err(nonsense(BATCH_GET, "it has more than was asked for"));
            }
            standstills = if left.len() == asked { standstills + 1 } else { 0 };
            found.extend(items);
            if standstills == MOST_STANDSTILLS {
                return Err(unprocessed(BATCH_GET));
            }
            if !left.is_empty() {
                tokio::time::sleep(Limits::pause_after(standstills.max(1))).await;
            }
            wanted.extend(left);
        }
        Ok(found)
    }

    /// One request for items: those that came, and the keys of those that are to be asked for again.
    async fn batch(&self, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), Trouble> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let wanted = wanted.map_err(unwritable)?;
        let get = self.patient.batch_get_item().request_items(&self.table, wanted);
        let got = get.send().await.map_err(failed(BATCH_GET))?;
        let items = got.responses.and_then(|mut tables| tables.remove(&self.table));
        let left = got.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
        Ok((items.unwrap_or_default(), left.map(|left| left.keys).unwrap_or_default()))
    }

    fn query(&self) -> QueryFluentBuilder {
        self.patient.query().table_name(&self.table).consistent_read(true)
    }

    fn lines(&self, job: &JobName, bound: &str, comparison: &str) -> QueryFluentBuilder {
        self.query()
            .key_condition_expression(format!("pk = :pk AND sk {comparison} :bound"))
            .expression_attribute_values(":pk", text(keys::history(job)))
            .expression_attribute_values(":bound", text(bound))
    }
}

/// One page of a query, and where the next one begins.
async fn page(query: QueryFluentBuilder, start: Option<Item>) -> Result<(Vec<Item>, Option<Item>), Trouble> {
    let answer = query.set_exclusive_start_key(start).send().await.map_err(failed(QUERY))?;
    Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key.filter(|key| !key.is_empty())))
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn sort(item: &Item) -> Result<&String, Unusable> {
    let sort = item.get(SORT).and_then(|value| value.as_s().ok());
    sort.ok_or(Unusable { why: "an item has no text 'sk'".to_owned(), remedy: "use another table" })
}

fn job(item: &Item) -> Result<JobName, Unusable> {
    JobName::new(sort(item)?).map_err(|error| Unusable {
        why: format!("it has a job whose name cannot be used: {error}"),
        remedy: "delete the item, or use another table",
    })
}

fn as_lines(job: &JobName, items: Vec<Item>) -> Result<Vec<Line>, Unusable> {
    items.iter().map(|item| Ok(Line { sort: sort(item)?.clone(), job: job.clone() })).collect()
}
