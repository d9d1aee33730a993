-- The accounts of a Better Auth 1.7 database in SQLite, as `mana-auth user import` reads them.
SELECT json_object(
    'id', u.id,
    'email', u.email,
    'name', u.name,
    -- A picture that is no address is left out.
    'image', iif(u.image LIKE 'http%', u.image, NULL),
    'emailVerified', json(iif(u.emailVerified, 'true', 'false')),
    'createdAt', u.createdAt,
    'updatedAt', u.updatedAt,
    -- The plugin `admin`.
    'role', u.role,
    'banned', json(iif(u.banned, 'true', 'false')),
    'banReason', u.banReason,
    'banExpires', u.banExpires,
    -- Your additional fields, such as: 'appMetadata', json_object('plan', u.plan),
    'passwordHash', a.password
)
FROM user u
LEFT JOIN account a ON a.userId = u.id AND a.providerId = 'credential'
ORDER BY u.createdAt, u.id;
