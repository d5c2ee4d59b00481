"""Makes the people of `make test-odoo` and their keys, in Odoo's own shell (docs/testing.md):

    odoo shell -d handoff_test --no-http < tests/crm/odoo_people.py

It prints the settings of the tests. `env` is the shell's.
"""
# ruff: noqa: F821, T201
# mypy: ignore-errors

PEOPLE = {
    "KEY": ("handoff@example.com", "Handoff", "sales_team.group_sale_salesman_all_leads"),
    "OWN_KEY": ("own@example.com", "Own leads only", "sales_team.group_sale_salesman"),
    "NOBODY_KEY": ("nobody@example.com", "No rights", None),
}


def user(login, name, group):
    found = env["res.users"].search([("login", "=", login)])
    groups = [env.ref("base.group_user").id, *([env.ref(group).id] if group else [])]
    values = {"login": login, "email": login, "name": name, "group_ids": [(6, 0, groups)]}
    return found or env["res.users"].with_context(no_reset_password=True).create(values)


def key(person):
    keys = env["res.users.apikeys"].with_user(person).sudo()
    return keys._generate("rpc", "Handoff's tests", None)


admin = env.ref("base.user_admin")
admin.write({"email": "admin@example.com",
             "group_ids": [(4, env.ref("sales_team.group_sale_manager").id)]})  # fmt: skip
env.ref("base.group_user").write({"implied_ids": [(4, env.ref("crm.group_use_lead").id)]})
for setting, person in PEOPLE.items():
    print(f"export HANDOFF_TEST_ODOO_{setting}={key(user(*person))}")
print(f"export HANDOFF_TEST_ODOO_ADMIN_KEY={key(admin)}")
print(f"export HANDOFF_TEST_ODOO_DATABASE={env.cr.dbname}")
env.cr.commit()
