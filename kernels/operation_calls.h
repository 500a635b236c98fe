/* operation_calls.h - each operation of the list as a function: what the text of a program calls, ap_do_ADD(a, b). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_OPERATION_CALLS_H
#define APSIS_KERNELS_OPERATION_CALLS_H
#include "kernels/operations.h"

#define AP_CALL_1 ap_f64 a
#define AP_CALL_2 ap_f64 a, ap_f64 b
#define AP_CALL_3 ap_f64 a, ap_f64 b, ap_f64 c
#define AP_CALL_4 ap_f64 a, ap_f64 b, ap_f64 c, ap_f64 d
#define AP_OPERATION_CALL(name, arity, expression, meaning) \
    AP_FN ap_f64 ap_do_##name(AP_CALL_##arity) { return expression; }
AP_OPERATIONS(AP_OPERATION_CALL)
#undef AP_OPERATION_CALL

#endif
