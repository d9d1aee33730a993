//! `spin:sqlite/sqlite@3.1.0`, as Spin 4.1 does it on a file: each `open` is a connection of its own, which waits five
//! seconds for a lock; whatever SQLite refuses is `io` with rusqlite's words, and comes as the result behind the rows.

use super::state::State;
use rusqlite::{Connection, types::ValueRef};
use std::sync::{Arc, Mutex};
use wasmtime::{
    Result, StoreContextMut,
    component::{
        Accessor, ComponentType, FutureReader, Lift, Linker, Lower, Resource, ResourceType, StreamReader,
    },
};

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
enum Value {
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "real")]
    Real(f64),
    #[component(name = "text")]
    Text(String),
    #[component(name = "blob")]
    Blob(Vec<u8>),
    #[component(name = "null")]
    Null,
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(record)]
struct Row {
    #[component(name = "values")]
    values: Vec<Value>,
}

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
enum Error {
    #[component(name = "no-such-database")]
    NoSuchDatabase,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "invalid-connection")]
    InvalidConnection,
    #[component(name = "database-full")]
    DatabaseFull,
    #[component(name = "io")]
    Io(String),
}

type Handle = Arc<Mutex<Connection>>;
/// Columns, rows, and how it ended.
type Answer = (Vec<String>, StreamReader<Row>, FutureReader<Result<(), Error>>);

pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    let mut sqlite = linker.instance("spin:sqlite/sqlite@3.1.0")?;
    sqlite.resource(
        "connection",
        ResourceType::host::<Handle>(),
        |mut store: StoreContextMut<'_, State>, id| {
            store.data_mut().table.delete(Resource::<Handle>::new_own(id))?;
            Ok(())
        },
    )?;
    sqlite.func_wrap_concurrent("[static]connection.open-async", |accessor, (name,): (String,)| {
        Box::pin(async move { Ok((open(accessor, &name)?,)) })
    })?;
    sqlite.func_wrap_concurrent(
        "[method]connection.execute-async",
        |accessor, (connection, sql, parameters): (Resource<Handle>, String, Vec<Value>)| {
            Box::pin(
                async move { Ok((Ok::<_, Error>(execute(accessor, &connection, sql, parameters).await?),)) },
            )
        },
    )?;
    sqlite.func_wrap_concurrent(
        "[method]connection.changes-async",
        |accessor, (connection,): (Resource<Handle>,)| {
            Box::pin(async move {
                let handle = handle(accessor, &connection)?;
                let changes = handle.lock().unwrap().changes();
                Ok((changes,))
            })
        },
    )
}

fn open(accessor: &Accessor<State>, name: &str) -> Result<Result<Resource<Handle>, Error>> {
    if name != "default" {
        return Ok(Err(Error::AccessDenied));
    }
    accessor.with(|mut access| {
        let state = access.data_mut();
        match Connection::open(&state.database) {
            Ok(connection) => Ok(Ok(state.table.push(Arc::new(Mutex::new(connection)))?)),
            Err(error) => Ok(Err(Error::Io(error.to_string()))),
        }
    })
}

fn handle(accessor: &Accessor<State>, connection: &Resource<Handle>) -> Result<Handle> {
    accessor.with(|mut access| Ok(access.data_mut().table.get(connection)?.clone()))
}

async fn execute(
    accessor: &Accessor<State>,
    connection: &Resource<Handle>,
    sql: String,
    parameters: Vec<Value>,
) -> Result<Answer> {
    let handle = handle(accessor, connection)?;
    let run = move || run(&handle.lock().unwrap(), &sql, parameters);
    let outcome = tokio::task::spawn_blocking(run).await?;
    let (columns, rows, result) = match outcome {
        Ok((columns, rows)) => (columns, rows, Ok(())),
        Err(error) => (Vec::new(), Vec::new(), Err(Error::Io(error.to_string()))),
    };
    accessor.with(|mut access| {
        let rows = StreamReader::new(&mut access, rows)?;
        let result = FutureReader::new(&mut access, async move { wasmtime::error::Ok(result) })?;
        Ok((columns, rows, result))
    })
}

fn run(
    connection: &Connection,
    sql: &str,
    parameters: Vec<Value>,
) -> rusqlite::Result<(Vec<String>, Vec<Row>)> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    let width = columns.len();
    let parameters = parameters.into_iter().map(|value| match value {
        Value::Integer(number) => rusqlite::types::Value::Integer(number),
        Value::Real(number) => rusqlite::types::Value::Real(number),
        Value::Text(text) => rusqlite::types::Value::Text(text),
        Value::Blob(bytes) => rusqlite::types::Value::Blob(bytes),
        Value::Null => rusqlite::types::Value::Null,
    });
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        let values = (0..width).map(|column| Ok(value(row.get_ref(column)?)));
        Ok(Row { values: values.collect::<rusqlite::Result<_>>()? })
    })?;
    let rows = rows.collect::<rusqlite::Result<_>>()?;
    Ok((columns, rows))
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}
