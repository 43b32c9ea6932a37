/* Included by test_asm.c: a call of the assembler, and the bytes that LLVM's assembler makes of
 * the text behind it. */
IS(add32_rr(a, RAX, RCX), "01 c8");                  /* add eax, ecx */
IS(add64_rr(a, R8, R15), "4d 01 f8");                /* add r8, r15 */
IS(add8_rr(a, RSI, RAX), "40 00 c6");                /* add sil, al */
IS(sub32_ri(a, RSP, 8), "83 ec 08");                 /* sub esp, 8 */
IS(sub64_ri(a, RSP, 4096), "48 81 ec 00 10 00 00");  /* sub rsp, 4096 */
IS(and32_ri(a, RAX, 0x1000), "25 00 10 00 00");      /* and eax, 4096 */
IS(cmp64_rm(a, RSP, x64_bd(R13, 0)), "49 3b 65 00"); /* cmp rsp, [r13] */
/* cmp dword ptr [r12+8], 100000 */
IS(cmp32_mi(a, x64_bd(R12, 8), 100000), "41 81 7c 24 08 a0 86 01 00");
IS(cmp16_mi(a, x64_bd(RAX, 0), 1000), "66 81 38 e8 03");  /* cmp word ptr [rax], 1000 */
IS(xor32_rr(a, R11, R11), "45 31 db");                    /* xor r11d, r11d */
IS(adc32_ri(a, RDX, 0), "83 d2 00");                      /* adc edx, 0 */
IS(sbb64_rr(a, RCX, RCX), "48 19 c9");                    /* sbb rcx, rcx */
IS(test32_rr(a, RDI, RDI), "85 ff");                      /* test edi, edi */
IS(test8_ri(a, RCX, 1), "f6 c1 01");                      /* test cl, 1 */
IS(test64_ri(a, RAX, 64), "48 a9 40 00 00 00");           /* test rax, 64 */
IS(mov32_rr(a, RAX, R9), "44 89 c8");                     /* mov eax, r9d */
IS(mov64_rm(a, RAX, x64_bd(R13, 32)), "49 8b 45 20");     /* mov rax, [r13+32] */
IS(mov8_mr(a, x64_bid(RBX, RDI, 0), RSI), "40 88 34 3b"); /* mov [rbx+rdi], sil */
/* mov [r12+2*r13+300], ax */
IS(mov16_mr(a, x64_bisd(R12, R13, 1, 300), RAX), "66 43 89 84 6c 2c 01 00 00");
IS(mov32_ri(a, R10, 5), "41 ba 05 00 00 00"); /* mov r10d, 5 */
/* movabs rax, 0x123456789abcdef0 */
IS(mov64_ri(a, RAX, 0x123456789abcdef0), "48 b8 f0 de bc 9a 78 56 34 12");
IS(mov64_ri(a, RDX, (uint64_t)-1), "48 c7 c2 ff ff ff ff");        /* mov rdx, -1 */
IS(mov64_mi(a, x64_bd(RSP, 8), -1), "48 c7 44 24 08 ff ff ff ff"); /* mov qword ptr [rsp+8], -1 */
IS(movzx8_32_rr(a, RAX, RDI), "40 0f b6 c7");                      /* movzx eax, dil */
IS(movzx8_32_rm(a, R9, x64_bd(RBP, 0)), "44 0f b6 4d 00");         /* movzx r9d, byte ptr [rbp] */
IS(movsx32_64_rr(a, RAX, RAX), "48 63 c0");                        /* movsxd rax, eax */
IS(movsx16_64_rm(a, RAX, x64_bd(RAX, 0)), "48 0f bf 00");          /* movsx rax, word ptr [rax] */
IS(lea64_rm(a, RAX, x64_bisd(RDI, RSI, 3, -8)), "48 8d 44 f7 f8"); /* lea rax, [rdi+8*rsi-8] */
/* lea ecx, [4*rcx+4] */
IS(lea32_rm(a, RCX, x64_bisd(X64_NO_BASE, RCX, 2, 4)), "8d 0c 8d 04 00 00 00");
IS(imul32_rri(a, RAX, RDI, 100), "6b c7 64");          /* imul eax, edi, 100 */
IS(imul64_rr(a, R10, R11), "4d 0f af d3");             /* imul r10, r11 */
IS(mul64_r(a, RSI), "48 f7 e6");                       /* mul rsi */
IS(idiv32_r(a, R8), "41 f7 f8");                       /* idiv r8d */
IS(neg64_r(a, RAX), "48 f7 d8");                       /* neg rax */
IS(shl32_ri(a, RAX, 1), "d1 e0");                      /* shl eax, 1 */
IS(shl64_ri(a, R9, 3), "49 c1 e1 03");                 /* shl r9, 3 */
IS(sar32_rc(a, RDX), "d3 fa");                         /* sar edx, cl */
IS(shld64_rri(a, RAX, RDX, 8), "48 0f a4 d0 08");      /* shld rax, rdx, 8 */
IS(shlx64_rrr(a, RAX, RDI, RCX), "c4 e2 f1 f7 c7");    /* shlx rax, rdi, rcx */
IS(rorx32_rri(a, R8, RAX, 7), "c4 63 7b f0 c0 07");    /* rorx r8d, eax, 7 */
IS(andn64_rrr(a, RAX, RBX, RCX), "c4 e2 e0 f2 c1");    /* andn rax, rbx, rcx */
IS(blsr32_rr(a, RAX, RDI), "c4 e2 78 f3 cf");          /* blsr eax, edi */
IS(popcnt64_rr(a, RAX, RDI), "f3 48 0f b8 c7");        /* popcnt rax, rdi */
IS(lzcnt32_rm(a, RAX, x64_bd(RDI, 0)), "f3 0f bd 07"); /* lzcnt eax, dword ptr [rdi] */
IS(bsr64_rr(a, R15, R14), "4d 0f bd fe");              /* bsr r15, r14 */
IS(bswap32_r(a, RAX), "0f c8");                        /* bswap eax */
IS(cmov64_rr(a, CC_A, RAX, R12), "49 0f 47 c4");       /* cmova rax, r12 */
IS(setcc_r(a, CC_E, RAX), "0f 94 c0");                 /* sete al */
IS(setcc_r(a, CC_P, RDI), "40 0f 9a c7");              /* setp dil */
/* lock cmpxchg [rbx+rdi+4], ecx */
IS(lock_cmpxchg32_mr(a, x64_bid(RBX, RDI, 4), RCX), "f0 0f b1 4c 3b 04");
IS(lock_xadd8_mr(a, x64_bd(RAX, 0), RSI), "f0 40 0f c0 30"); /* lock xadd [rax], sil */
IS(xchg16_mr(a, x64_bd(RAX, 0), RCX), "66 87 08");           /* xchg [rax], cx */
IS(push_r(a, R12), "41 54");                                 /* push r12 */
IS(pop_r(a, RBP), "5d");                                     /* pop rbp */
IS(call_m(a, x64_bd(RAX, 8)), "ff 50 08");                   /* call [rax+8] */
IS(jmp_r(a, RAX), "ff e0");                                  /* jmp rax */
IS(call_m(a, x64_bd(RAX, 1024)), "ff 90 00 04 00 00");       /* call [rax+1024] */
/* movss xmm8, dword ptr [rbx+rdi+16] */
IS(movss_rm(a, XMM8, x64_bid(RBX, RDI, 16)), "f3 44 0f 10 44 3b 10");
IS(movaps_rr(a, XMM0, XMM9), "41 0f 28 c1");                      /* movaps xmm0, xmm9 */
IS(movsd_mr(a, x64_bd(RSP, 0), XMM15), "f2 44 0f 11 3c 24");      /* movsd qword ptr [rsp], xmm15 */
IS(movq_x_rr(a, XMM1, RAX), "66 48 0f 6e c8");                    /* movq xmm1, rax */
IS(movd_g_rr(a, R8, XMM2), "66 41 0f 7e d0");                     /* movd r8d, xmm2 */
IS(addsd_rr(a, XMM0, XMM1), "f2 0f 58 c1");                       /* addsd xmm0, xmm1 */
IS(sqrtss_rr(a, XMM9, XMM10), "f3 45 0f 51 ca");                  /* sqrtss xmm9, xmm10 */
IS(ucomisd_rr(a, XMM0, XMM8), "66 41 0f 2e c0");                  /* ucomisd xmm0, xmm8 */
IS(cvtsi2sd64_rr(a, XMM3, RDI), "f2 48 0f 2a df");                /* cvtsi2sd xmm3, rdi */
IS(cvttss2si32_rr(a, RAX, XMM11), "f3 41 0f 2c c3");              /* cvttss2si eax, xmm11 */
IS(roundsd_rri(a, XMM0, XMM1, 9), "66 0f 3a 0b c1 09");           /* roundsd xmm0, xmm1, 9 */
IS(pshufb_rr(a, XMM4, XMM12), "66 41 0f 38 00 e4");               /* pshufb xmm4, xmm12 */
IS(psrld_ri(a, XMM13, 1), "66 41 0f 72 d5 01");                   /* psrld xmm13, 1 */
IS(pextrq_rri(a, RAX, XMM1, 1), "66 48 0f 3a 16 c8 01");          /* pextrq rax, xmm1, 1 */
IS(vaddps_rrr(a, XMM0, XMM1, XMM2), "c5 f0 58 c2");               /* vaddps xmm0, xmm1, xmm2 */
IS(vpaddd_rrm(a, XMM9, XMM1, x64_bd(RAX, 16)), "c5 71 fe 48 10"); /* vpaddd xmm9, xmm1, [rax+16] */
/* vsubsd xmm0, xmm15, qword ptr [r9] */
IS(vsubsd_rrm(a, XMM0, XMM15, x64_bd(R9, 0)), "c4 c1 03 5c 01");
IS(vpshufb_rrr(a, XMM1, XMM2, XMM3), "c4 e2 69 00 cb"); /* vpshufb xmm1, xmm2, xmm3 */
/* vblendvps xmm1, xmm2, xmm3, xmm4 */
IS(vblendvps_rrrr(a, XMM1, XMM2, XMM3, XMM4), "c4 e3 69 4a cb 40");
IS(vfmadd231pd_rrr(a, XMM0, XMM1, XMM2), "c4 e2 f1 b8 c2"); /* vfmadd231pd xmm0, xmm1, xmm2 */
IS(cqo(a), "48 99");                                        /* cqo */
IS(endbr64(a), "f3 0f 1e fa");                              /* endbr64 */
IS(ud2(a), "0f 0b");                                        /* ud2 */
