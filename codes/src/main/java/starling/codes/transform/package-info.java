/**
 * Orthogonal transforms with entries 1 and -1: the fast Walsh-Hadamard transform, Hadamard matrices of other orders than
 * powers of two, and random rotations made of them.
 */
@NullMarked
package starling.codes.transform;

import org.jspecify.annotations.NullMarked;
