/* api_component.h: what the component files share. Components cannot be compiled by this build:
 * making one is an error, so that objects which come from components never exist. What a host
 * makes itself (values, resources, linkers and their definitions) is complete. */
#ifndef HS_API_API_COMPONENT_H
#define HS_API_API_COMPONENT_H

#include "api/api.h"
#include <wasmtime/component.h>

wasmtime_error_t *hs_api_no_components(void) __attribute__((cold));

#endif
