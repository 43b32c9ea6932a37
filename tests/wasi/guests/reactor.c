/* A reactor: _initialize runs the constructor, once, before anything else is called. */
static int initialized;

__attribute__((constructor)) static void init(void)
{
    initialized++;
}

__attribute__((export_name("initialized"))) int get_initialized(void)
{
    return initialized;
}
