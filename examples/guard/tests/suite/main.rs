//! The guards before a real app, with the real service behind them and a clock that tests move.

mod app;
mod every_way;
mod guard;
mod house;
mod offline;
mod remote;
mod stub;
