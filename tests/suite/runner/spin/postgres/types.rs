//! The types of `spin:postgres/postgres@4.2.0`.

use wasmtime::component::{ComponentType, Lift, Lower};

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "no range comes or goes here")]
pub enum Bound {
    #[component(name = "inclusive")]
    Inclusive,
    #[component(name = "exclusive")]
    Exclusive,
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(record)]
pub struct Interval {
    micros: i64,
    days: i32,
    months: i32,
}

type Range<T> = (Option<(T, Bound)>, Option<(T, Bound)>);

/// The values that both variants have, and one that only columns have.
macro_rules! values {
    ($name:ident $(, $name_of_more:literal $more:ident)?) => {
        #[derive(ComponentType, Lift, Lower, Clone)]
        #[component(variant)]
        pub enum $name {
            #[component(name = "boolean")]
            Boolean(bool),
            #[component(name = "int8")]
            Int8(i8),
            #[component(name = "int16")]
            Int16(i16),
            #[component(name = "int32")]
            Int32(i32),
            #[component(name = "int64")]
            Int64(i64),
            #[component(name = "floating32")]
            Floating32(f32),
            #[component(name = "floating64")]
            Floating64(f64),
            #[component(name = "str")]
            Str(String),
            #[component(name = "binary")]
            Binary(Vec<u8>),
            #[component(name = "date")]
            Date((i32, u8, u8)),
            #[component(name = "time")]
            Time((u8, u8, u8, u32)),
            #[component(name = "datetime")]
            Datetime((i32, u8, u8, u8, u8, u8, u32)),
            #[component(name = "timestamp")]
            Timestamp(i64),
            #[component(name = "uuid")]
            Uuid(String),
            #[component(name = "jsonb")]
            Jsonb(Vec<u8>),
            #[component(name = "decimal")]
            Decimal(String),
            #[component(name = "range-int32")]
            RangeInt32(Range<i32>),
            #[component(name = "range-int64")]
            RangeInt64(Range<i64>),
            #[component(name = "range-decimal")]
            RangeDecimal(Range<String>),
            #[component(name = "array-int32")]
            ArrayInt32(Vec<Option<i32>>),
            #[component(name = "array-int64")]
            ArrayInt64(Vec<Option<i64>>),
            #[component(name = "array-decimal")]
            ArrayDecimal(Vec<Option<String>>),
            #[component(name = "array-str")]
            ArrayStr(Vec<Option<String>>),
            #[component(name = "interval")]
            Interval(Interval),
            #[component(name = "db-null")]
            DbNull,
            $(#[component(name = $name_of_more)]
            $more(Vec<u8>),)?
        }
    };
}

values!(ParameterValue);
values!(DbValue, "unsupported" Unsupported);

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
pub enum DataType {
    #[component(name = "boolean")]
    Boolean,
    #[component(name = "int8")]
    Int8,
    #[component(name = "int16")]
    Int16,
    #[component(name = "int32")]
    Int32,
    #[component(name = "int64")]
    Int64,
    #[component(name = "floating32")]
    Floating32,
    #[component(name = "floating64")]
    Floating64,
    #[component(name = "str")]
    Str,
    #[component(name = "binary")]
    Binary,
    #[component(name = "date")]
    Date,
    #[component(name = "time")]
    Time,
    #[component(name = "datetime")]
    Datetime,
    #[component(name = "timestamp")]
    Timestamp,
    #[component(name = "uuid")]
    Uuid,
    #[component(name = "jsonb")]
    Jsonb,
    #[component(name = "decimal")]
    Decimal,
    #[component(name = "range-int32")]
    RangeInt32,
    #[component(name = "range-int64")]
    RangeInt64,
    #[component(name = "range-decimal")]
    RangeDecimal,
    #[component(name = "array-int32")]
    ArrayInt32,
    #[component(name = "array-int64")]
    ArrayInt64,
    #[component(name = "array-decimal")]
    ArrayDecimal,
    #[component(name = "array-str")]
    ArrayStr,
    #[component(name = "interval")]
    Interval,
    #[component(name = "other")]
    Other(String),
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(record)]
pub struct Column {
    pub name: String,
    #[component(name = "data-type")]
    pub data_type: DataType,
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(record)]
pub struct DbError {
    #[component(name = "as-text")]
    pub as_text: String,
    pub severity: String,
    pub code: String,
    pub message: String,
    pub detail: Option<String>,
    pub extras: Vec<(String, String)>,
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
pub enum QueryError {
    #[component(name = "text")]
    Text(String),
    #[component(name = "db-error")]
    DbError(DbError),
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
pub enum Error {
    #[component(name = "connection-failed")]
    ConnectionFailed(String),
    #[component(name = "bad-parameter")]
    BadParameter(String),
    #[component(name = "query-failed")]
    QueryFailed(QueryError),
    #[component(name = "value-conversion-failed")]
    ValueConversionFailed(String),
    #[component(name = "other")]
    Other(String),
}
