/*
 * expression_tree.h - what expression.c (reading) makes and expression_value.c
 * (answering) walks. Not for others.
 */
#ifndef SALLYPORT_EXPRESSION_TREE_H
#define SALLYPORT_EXPRESSION_TREE_H

#include "expression.h"

#define EXPRESSION_NAME 64

enum node_kind {
    NODE_NUMBER,
    NODE_NAME,
    NODE_ADDRESS, /* &name */
    NODE_MEMORY,  /* operand: the address */
    NODE_NEGATE,
    NODE_NOT,
    NODE_INVERT,
    /* Two operands; in the order of operators[] in expression.c. */
    NODE_OR,
    NODE_AND,
    NODE_BIT_OR,
    NODE_BIT_XOR,
    NODE_BIT_AND,
    NODE_EQUAL,
    NODE_UNEQUAL,
    NODE_LESS_EQUAL,
    NODE_MORE_EQUAL,
    NODE_LESS,
    NODE_MORE,
    NODE_SHIFT_LEFT,
    NODE_SHIFT_RIGHT,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_MULTIPLY,
    NODE_DIVIDE,
    NODE_REST,
};

struct node {
    enum node_kind kind;
    struct node *left, *right;
    int64_t number;
    char name[EXPRESSION_NAME];
    unsigned bytes; /* MEMORY */
    bool is_signed, physical;
};

struct expression {
    struct node *root;
};

#endif
