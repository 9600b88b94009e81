/** Tests of what replies say. */
@NullMarked
package starling.router.request;

import org.jspecify.annotations.NullMarked;
