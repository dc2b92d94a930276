/* The size of the section for machine code, for C and assembly. */
#ifndef PL_SECTION_H
#define PL_SECTION_H

#define PL_CODE_SIZE 0x800000

#endif
