/** What every code must hold to, whoever wrote it, as a suite that can be called on any code. */
@NullMarked
package starling.codes.conformance;

import org.jspecify.annotations.NullMarked;
