-- The accounts of a Better Auth 1.7 database in PostgreSQL, as `mana-auth user import` reads them.
-- A column of type json keeps its line breaks; a line of the file is one account.
SELECT translate(json_build_object(
    'id', u.id,
    'email', u.email,
    'name', u.name,
    -- A picture that is no address is left out.
    'image', CASE WHEN u.image LIKE 'http%' THEN u.image END,
    'emailVerified', u."emailVerified",
    'createdAt', u."createdAt"::timestamptz,
    'updatedAt', u."updatedAt"::timestamptz,
    -- The plugin `admin`.
    'role', u.role,
    'banned', coalesce(u.banned, false),
    'banReason', u."banReason",
    'banExpires', u."banExpires"::timestamptz,
    -- Your additional fields, such as: 'appMetadata', json_build_object('plan', u.plan),
    'passwordHash', a.password
)::text, E'\n\r', '  ')
FROM "user" u
LEFT JOIN account a ON a."userId" = u.id AND a."providerId" = 'credential'
ORDER BY u."createdAt", u.id;
