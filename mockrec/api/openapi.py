"""x"""


def description():
    return {}
