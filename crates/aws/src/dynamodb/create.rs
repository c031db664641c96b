//! Making the table, or making sure that it is the right one.

use std::iter;
use std::time::Duration;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription, TableStatus,
    Tag, TimeToLiveSpecification, TimeToLiveStatus,
};
use bellwether_core::store::StoreError;

use super::failure::{Trouble, failed, not_ready, unwritable};
use super::items::{EXPIRES, Unusable};
use super::keys::{PARTITION, SORT};
use super::session::Session;
use super::{check_name, named};
use crate::api_error::ApiError;
use crate::client::Aws;
use crate::text::shown;

const DESCRIBE: &str = "dynamodb:DescribeTable";
const CREATE: &str = "dynamodb:CreateTable";
const DESCRIBE_EXPIRY: &str = "dynamodb:DescribeTimeToLive";
const UPDATE_EXPIRY: &str = "dynamodb:UpdateTimeToLive";

/// A new table is ready within seconds.
const LONGEST_CREATION: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);

/// How a table is made.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// The attribute of the partition key, a text.
    pub(crate) partition: &'static str,
    /// The attribute of the sort key, a text, where there is one.
    pub(crate) sort: Option<&'static str>,
    /// The attribute that holds when an item may go, in seconds since 1970; none where all stay.
    pub(crate) expires: Option<&'static str>,
    /// What a table of this name and another shape asks of the user.
    pub(crate) otherwise: &'static str,
    /// Its tags, where there is none yet.
    pub(crate) tags: Vec<(&'static str, String)>,
}

/// The table of claims and history.
const CLAIMS: Shape = Shape {
    partition: PARTITION,
    sort: Some(SORT),
    expires: Some(EXPIRES),
    otherwise: "choose another name with dynamodb:TABLE",
    tags: Vec::new(),
};

/// Whether there was a table before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// There was none.
    New,
    /// It was there, and is the right one.
    AlreadyThere,
}

impl Aws {
    /// Makes a table for claims and history, billed by request, and waits until it can be used; or makes sure that the
    /// table of this name is one.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the table of this name has another shape, [`StoreError::Unavailable`] or
    /// [`StoreError::AnswerLost`] when AWS refuses or does not answer. It may be called again after each.
    pub async fn create_claim_table(&self, table: &str) -> Result<Created, StoreError> {
        let what = format!("creating {}", named(table));
        check_name(table, &what)?;
        let ready = self.ready(None).await.map_err(|error| not_ready(&what, error))?;
        let session = Session::open(self, table, &ready).await.map_err(|error| not_ready(&what, error))?;
        session.create(&CLAIMS).await.map_err(|trouble| session.writing(&what, trouble))
    }

    /// Makes a table of a shape, billed by request, and waits until it can be used; or makes sure that the table of this
    /// name has it. The name must be one.
    pub(crate) async fn create_table(&self, table: &str, shape: &Shape) -> Result<Created, ApiError> {
        let ready = self.ready(None).await?;
        let session = Session::open(self, table, &ready).await?;
        session.create(shape).await.map_err(|trouble| session.api_error(CREATE, trouble))
    }
}

impl Session {
    async fn create(&self, shape: &Shape) -> Result<Created, Trouble> {
        let created = match self.describe().await? {
            Some(_) => Created::AlreadyThere,
            None => self.create_table(shape).await?,
        };
        let active = tokio::time::timeout(LONGEST_CREATION, self.wait_until_active(shape)).await;
        let not_yet = || Trouble::NotNow { why: "the table is not active yet".to_owned(), remedy: "run again later" };
        active.unwrap_or_else(|_| Err(not_yet()))?;
        if let Some(attribute) = shape.expires {
            self.let_items_expire(attribute, shape).await?;
        }
        Ok(created)
    }

    async fn describe(&self) -> Result<Option<TableDescription>, Trouble> {
        match self.patient.describe_table().table_name(&self.table).send().await {
            Ok(described) => Ok(described.table),
            Err(error) => match error.as_service_error() {
                Some(DescribeTableError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(failed(DESCRIBE)(error)),
            },
        }
    }

    async fn create_table(&self, shape: &Shape) -> Result<Created, Trouble> {
        let mut create = self.patient.create_table().table_name(&self.table).billing_mode(BillingMode::PayPerRequest);
        for (name, role) in shape.keys() {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(role).build();
            let text =
                AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
            create = create.key_schema(key.map_err(unwritable)?);
            create = create.attribute_definitions(text.map_err(unwritable)?);
        }
        for (key, value) in &shape.tags {
            create = create.tags(Tag::builder().key(*key).value(value).build().map_err(unwritable)?);
        }
        match create.send().await {
            Ok(_) => Ok(Created::New),
            Err(error) => match error.as_service_error() {
                // Somebody else, or an earlier try whose answer was lost, was faster.
                Some(CreateTableError::ResourceInUseException(_)) => Ok(Created::AlreadyThere),
                _ => Err(failed(CREATE)(error)),
            },
        }
    }

    async fn wait_until_active(&self, shape: &Shape) -> Result<(), Trouble> {
        loop {
            // A table that was just asked for may not be known everywhere.
            if let Some(table) = self.describe().await? {
                shape.check(&table)?;
                match table.table_status() {
                    Some(TableStatus::Active | TableStatus::Updating) => return Ok(()),
                    Some(TableStatus::Creating) | None => {}
                    Some(other) => return Err(shape.unusable(format!("the table is {}", other.as_str())).into()),
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Lets DynamoDB remove items by the time they hold; those without one stay.
    async fn let_items_expire(&self, wanted: &str, shape: &Shape) -> Result<(), Trouble> {
        let described = self.patient.describe_time_to_live().table_name(&self.table).send().await;
        let expiry = described.map_err(failed(DESCRIBE_EXPIRY))?.time_to_live_description;
        let status = expiry.as_ref().and_then(|expiry| expiry.time_to_live_status());
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            let attribute = expiry.as_ref().and_then(|expiry| expiry.attribute_name()).unwrap_or_default();
            return match attribute == wanted {
                true => Ok(()),
                false => {
                    let attribute = shown(attribute);
                    Err(shape.unusable(format!("its items expire by '{attribute}', not by '{wanted}'")).into())
                }
            };
        }
        if status == Some(&TimeToLiveStatus::Disabling) {
            let why =
                "that its items expire was turned off less than an hour ago, and cannot be turned on yet".to_owned();
            return Err(Trouble::NotNow { why, remedy: "run again in an hour" });
        }
        let wanted = TimeToLiveSpecification::builder().attribute_name(wanted).enabled(true).build();
        let wanted = wanted.map_err(unwritable)?;
        let update = self.once.update_time_to_live().table_name(&self.table).time_to_live_specification(wanted);
        update.send().await.map(|_| ()).map_err(failed(UPDATE_EXPIRY))
    }
}

impl Shape {
    fn keys(&self) -> impl Iterator<Item = (&'static str, KeyType)> {
        iter::once((self.partition, KeyType::Hash)).chain(self.sort.map(|sort| (sort, KeyType::Range)))
    }

    fn unusable(&self, why: String) -> Unusable {
        Unusable { why, remedy: self.otherwise }
    }

    /// Refuses a table whose key is another; more indexes, or another way of billing, do not matter.
    fn check(&self, table: &TableDescription) -> Result<(), Unusable> {
        let kind = |name: &str| {
            let found = table.attribute_definitions().iter().find(|attribute| attribute.attribute_name() == name);
            found.map_or("?", |attribute| attribute.attribute_type().as_str())
        };
        let part = |key: &KeySchemaElement| {
            let name = key.attribute_name();
            format!("{} {} {}", shown(name), kind(name), key.key_type().as_str())
        };
        let found: Vec<String> = table.key_schema().iter().map(part).collect();
        let wanted: Vec<String> = self.keys().map(|(name, role)| format!("{name} S {}", role.as_str())).collect();
        match found == wanted {
            true => Ok(()),
            false => Err(self.unusable(format!(
                "there is a table with another key: {}, not {}",
                found.join(", "),
                wanted.join(", ")
            ))),
        }
    }
}
