-- The host's tables: {text}, {blob}, {int} and {serial} are the types of the dialect.
-- Instants are microseconds of UTC, documents JSON.
CREATE TABLE IF NOT EXISTS erp_schema (one {int} PRIMARY KEY, version {int} NOT NULL);

-- one random value, made at the first start: the secret of the coupon codes
CREATE TABLE IF NOT EXISTS secrets (name {text} PRIMARY KEY, value {blob} NOT NULL);

-- what each Idempotency-Key was answered
CREATE TABLE IF NOT EXISTS requests (
  rkey {text} PRIMARY KEY,
  intent {blob} NOT NULL,
  at {int} NOT NULL,
  status {int} NOT NULL,
  answer {blob} NOT NULL
);

CREATE TABLE IF NOT EXISTS customers (
  id {text} PRIMARY KEY,
  name {text} NOT NULL,
  birth_month {int} NOT NULL,
  birth_day {int} NOT NULL,
  created {int} NOT NULL,
  orders {int} NOT NULL,
  last_order {int}
);

-- n counts a customer's orders from 1; amounts are minor units
CREATE TABLE IF NOT EXISTS orders (
  id {text} PRIMARY KEY,
  customer {text} NOT NULL,
  n {int} NOT NULL,
  at {int} NOT NULL,
  total {int} NOT NULL,
  points_used {int} NOT NULL,
  points_earned {int} NOT NULL,
  refunded {int} NOT NULL,
  rkey {text} NOT NULL UNIQUE,
  document {blob} NOT NULL,
  UNIQUE (customer, n)
);

CREATE TABLE IF NOT EXISTS refunds (
  order_id {text} NOT NULL,
  id {text} NOT NULL,
  customer {text} NOT NULL,
  at {int} NOT NULL,
  amount {int} NOT NULL,
  money {int} NOT NULL,
  rkey {text} NOT NULL UNIQUE,
  PRIMARY KEY (order_id, id)
);

-- whose coupons there are; their states are rows beside the points
CREATE TABLE IF NOT EXISTS coupon_codes (serial {serial}, code {text} UNIQUE, customer {text} NOT NULL);
CREATE INDEX IF NOT EXISTS coupon_codes_customer ON coupon_codes (customer, serial);

CREATE TABLE IF NOT EXISTS positions (
  customer {text} PRIMARY KEY,
  version {int} NOT NULL,
  pos {blob} NOT NULL,
  due {int}
);
CREATE INDEX IF NOT EXISTS positions_due ON positions (due, customer);

CREATE TABLE IF NOT EXISTS care_books (
  customer {text} PRIMARY KEY,
  version {int} NOT NULL,
  book {blob} NOT NULL,
  next {int}
);
CREATE INDEX IF NOT EXISTS care_books_next ON care_books (next, customer);
CREATE TABLE IF NOT EXISTS care_tasks (
  id {text} PRIMARY KEY,
  customer {text} NOT NULL,
  status {text} NOT NULL,
  due {int} NOT NULL,
  task {blob} NOT NULL
);
CREATE INDEX IF NOT EXISTS care_tasks_due ON care_tasks (status, due, id);

-- who was asked, and what came of it
CREATE TABLE IF NOT EXISTS survey_contacts (
  id {text} PRIMARY KEY,
  customer {text} NOT NULL,
  survey {text} NOT NULL,
  kind {text} NOT NULL,
  channel {text} NOT NULL,
  shown {int} NOT NULL,
  answered {int}
);
CREATE INDEX IF NOT EXISTS survey_contacts_customer ON survey_contacts (customer, shown);
CREATE TABLE IF NOT EXISTS survey_answers (
  contact {text} PRIMARY KEY,
  at {int} NOT NULL,
  score {int} NOT NULL,
  response {blob} NOT NULL
);
CREATE TABLE IF NOT EXISTS survey_cells (
  quota {text} NOT NULL,
  cell {text} NOT NULL,
  version {int} NOT NULL,
  held {int} NOT NULL,
  confirmed {int} NOT NULL,
  PRIMARY KEY (quota, cell)
);
CREATE TABLE IF NOT EXISTS survey_places (
  quota {text} NOT NULL,
  cell {text} NOT NULL,
  rkey {text} NOT NULL,
  status {text} NOT NULL,
  until {int} NOT NULL,
  PRIMARY KEY (quota, cell, rkey)
);
CREATE INDEX IF NOT EXISTS survey_places_until ON survey_places (quota, cell, status, until);
