/* The sm90 matrix kernel for few tokens for weights of form QOQ. One instance a tile. */
#include "kernels/gemm_stack_sm90.cuh"

#define ROW(...) FQ_SM90_STACK_INSTANCE(FQ_SM90_QOQ, 0, __VA_ARGS__)
const fq_sm90_stack_tile fq_sm90_stacks_qoq[] = {FQ_SM90_STACKS(ROW)};
