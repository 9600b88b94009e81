/**
 * The contract of a computation code: a matrix product is cut into blocks, workers multiply linear combinations of blocks in
 * a stated order, and after every answer linear algebra says which parts of the product are known and how to put them
 * together. Particular codes live in rooms of their own ({@code threshold}, {@code partial}, {@code uep},
 * {@code sequential}); nothing here knows them.
 */
@NullMarked
package starling.codes.computation;

import org.jspecify.annotations.NullMarked;
