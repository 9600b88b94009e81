/** Tests of the assignment solvers and vertex covers against brute force, another library and their own certificates. */
@NullMarked
package starling.repurpose.assign;

import org.jspecify.annotations.NullMarked;
