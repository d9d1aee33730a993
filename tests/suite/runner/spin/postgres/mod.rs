//! `spin:postgres/postgres@4.2.0`, as Spin 4.1 does it: connections are pooled by their address, and come back with whatever was left open on
//! them; a parameter has exactly the type of its column.

mod types;

use super::{pool::Connection, state::State};
use std::sync::Arc;
use tokio_postgres::{
    NoTls, Row,
    types::{ToSql, Type},
};
use types::{Column, DataType, DbError, DbValue, Error, ParameterValue, QueryError};
use wasmtime::{
    Result, StoreContextMut,
    component::{Accessor, FutureReader, Linker, Resource, ResourceType, StreamReader},
};

type Handle = Arc<Connection>;
/// Columns, rows, and how it ended.
type Answer = (Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>);
type Called<T> = Result<(Result<T, Error>,)>;

pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    let mut postgres = linker.instance("spin:postgres/postgres@4.2.0")?;
    postgres.resource(
        "connection",
        ResourceType::host::<Handle>(),
        |mut store: StoreContextMut<'_, State>, id| {
            store.data_mut().table.delete(Resource::<Handle>::new_own(id))?;
            Ok(())
        },
    )?;
    postgres.func_wrap_concurrent("[static]connection.open-async", |accessor, (address,): (String,)| {
        Box::pin(open(accessor, address))
    })?;
    postgres.func_wrap_concurrent(
        "[method]connection.query-async",
        |accessor, (connection, sql, params): (Resource<Handle>, String, Vec<ParameterValue>)| {
            Box::pin(query(accessor, connection, sql, params))
        },
    )?;
    postgres.func_wrap_concurrent(
        "[method]connection.execute-async",
        |accessor, (connection, sql, params): (Resource<Handle>, String, Vec<ParameterValue>)| {
            Box::pin(execute(accessor, connection, sql, params))
        },
    )
}

async fn open(accessor: &Accessor<State>, address: String) -> Called<Resource<Handle>> {
    let pool = accessor.with(|mut access| access.data_mut().postgres.clone());
    let idle = pool.take(&address);
    let client = match idle {
        Some(client) => client,
        None => match tokio_postgres::connect(&address, NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                client
            }
            Err(error) => return Ok((Err(Error::ConnectionFailed(format!("{error:?}"))),)),
        },
    };
    let connection = Arc::new(Connection::new(address, client, pool));
    accessor.with(|mut access| Ok((Ok(access.data_mut().table.push(connection)?),)))
}

fn handle(accessor: &Accessor<State>, connection: &Resource<Handle>) -> Result<Handle> {
    accessor.with(|mut access| Ok(access.data_mut().table.get(connection)?.clone()))
}

async fn execute(
    accessor: &Accessor<State>,
    connection: Resource<Handle>,
    sql: String,
    params: Vec<ParameterValue>,
) -> Called<u64> {
    let handle = handle(accessor, &connection)?;
    let params: Vec<_> = params.into_iter().map(parameter).collect();
    let client = handle.client();
    Ok((client.execute(&sql, &borrowed(&params)).await.map_err(failed),))
}

async fn query(
    accessor: &Accessor<State>,
    connection: Resource<Handle>,
    sql: String,
    params: Vec<ParameterValue>,
) -> Called<Answer> {
    let handle = handle(accessor, &connection)?;
    let params: Vec<_> = params.into_iter().map(parameter).collect();
    let client = handle.client();
    let rows = match client.query(&sql, &borrowed(&params)).await {
        Ok(rows) => rows,
        Err(error) => return Ok((Err(failed(error)),)),
    };
    let named = |column: &tokio_postgres::Column| Column {
        name: column.name().to_owned(),
        data_type: DataType::Other(column.type_().name().to_owned()),
    };
    let columns = rows.first().map(|row| row.columns().iter().map(named).collect()).unwrap_or_default();
    let rows: Vec<Vec<DbValue>> = rows.iter().map(values).collect();
    accessor.with(|mut access| {
        let rows = StreamReader::new(&mut access, rows)?;
        let ended = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok::<_, Error>(())) })?;
        Ok((Ok((columns, rows, ended)),))
    })
}

type Parameter = Box<dyn ToSql + Sync + Send>;

fn parameter(value: ParameterValue) -> Parameter {
    match value {
        ParameterValue::Boolean(value) => Box::new(value),
        ParameterValue::Int64(value) => Box::new(value),
        ParameterValue::Str(value) => Box::new(value),
        ParameterValue::Binary(value) => Box::new(value),
        // Of whatever type.
        ParameterValue::DbNull => Box::new(Null),
        _ => panic!("the adapter sends no such parameter"),
    }
}

#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(
        &self,
        _: &Type,
        _: &mut tokio_postgres::types::private::BytesMut,
    ) -> std::result::Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(tokio_postgres::types::IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

fn borrowed(params: &[Parameter]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| &**param as _).collect()
}

fn values(row: &Row) -> Vec<DbValue> {
    (0..row.len()).map(|at| column(row, at)).collect()
}

fn column(row: &Row, at: usize) -> DbValue {
    let read = match *row.columns()[at].type_() {
        Type::BOOL => row.get::<_, Option<bool>>(at).map(DbValue::Boolean),
        Type::INT4 => row.get::<_, Option<i32>>(at).map(DbValue::Int32),
        Type::INT8 => row.get::<_, Option<i64>>(at).map(DbValue::Int64),
        Type::TEXT => row.get::<_, Option<String>>(at).map(DbValue::Str),
        Type::BYTEA => row.get::<_, Option<Vec<u8>>>(at).map(DbValue::Binary),
        ref other => panic!("no column of the component's is of type {other}"),
    };
    read.unwrap_or(DbValue::DbNull)
}

/// As Spin tells it: the server's words by their parts, the driver's in their debug form.
fn failed(error: tokio_postgres::Error) -> Error {
    let Some(told) = error.as_db_error() else {
        return Error::QueryFailed(QueryError::Text(format!("{error:?}")));
    };
    let constraint = told.constraint().map(|name| ("constraint".to_owned(), name.to_owned()));
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text: format!("{error:?}"),
        severity: told.severity().to_owned(),
        code: told.code().code().to_owned(),
        message: told.message().to_owned(),
        detail: told.detail().map(ToOwned::to_owned),
        extras: constraint.into_iter().collect(),
    }))
}
